// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>

#include <hdf5.h>

namespace infomax::hdf5 {

/// Throws DataError if the rows of a data set of `elements` elements are not all in its file,
/// because some were never written or a header is damaged. HDF5 would read fill values in their
/// place, into memory of whatever size the header claims. `where` names the data set in the
/// message. For a file that this process has opened alone.
void require_stored(hid_t dataset, std::uintmax_t elements, const std::string& where);

}  // namespace infomax::hdf5

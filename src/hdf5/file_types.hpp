// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include <hdf5.h>

#include "infomax/hdf5/element_type.hpp"

namespace infomax::hdf5 {

/// The memory type that HDF5 converts to; owned by HDF5.
[[nodiscard]] hid_t native_type(ElementType type);

/// The element type nearest to what a file holds: byte order and odd sizes are converted on
/// reading. Throws DataError for what are not numbers; `where` names the data set and its file.
[[nodiscard]] ElementType nearest_element_type(hid_t file_type, const std::string& where);

}  // namespace infomax::hdf5

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace infomax::hdf5 {

/// The version of the HDF5 library, such as "1.10.8".
[[nodiscard]] std::string library_version();

}  // namespace infomax::hdf5

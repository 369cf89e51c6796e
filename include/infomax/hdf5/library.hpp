// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>

namespace infomax::hdf5 {

/// The version of the HDF5 library, such as "1.10.8".
[[nodiscard]] std::string library_version();

/// Whether a file is HDF5 by its signature, at its begin or behind a user block, which may hold
/// anything.
[[nodiscard]] bool is_hdf5(const std::filesystem::path& path);

}  // namespace infomax::hdf5

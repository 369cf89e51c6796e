// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <hdf5.h>

// Why a data set cannot be read although its file is whole. Each function returns what is wrong and
// what to do, to follow the data set's name in a message, or an empty text.
namespace infomax::hdf5 {

/// The filters that rows pass through on writing, in their order.
[[nodiscard]] std::vector<std::string> filter_names(hid_t dataset);

/// Of the filters that rows pass through on reading, those that are not installed.
[[nodiscard]] std::string missing_filters(hid_t dataset);

/// Whether a data set is made of others. HDF5 reads such ones through a file that a process has
/// opened alone, and not over MPI-IO.
[[nodiscard]] bool is_virtual(hid_t dataset);

/// The files and data sets that a virtual data set is made of and that do not exist, in whose place
/// HDF5 would read fill values; or the raw files beside the HDF5 file, `path`, that the rows lie
/// in.
[[nodiscard]] std::string missing_sources(hid_t dataset, const std::filesystem::path& path);

/// Where the link at `object` leads, if nothing is there.
[[nodiscard]] std::string dangling_link(hid_t file, const std::string& object);

}  // namespace infomax::hdf5

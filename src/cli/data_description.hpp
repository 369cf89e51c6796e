// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "core/json.hpp"
#include "infomax/hdf5/file.hpp"

namespace infomax::cli {

/// What `inspect` prints as JSON of a file that is neither a model nor a checkpoint: `datasets`,
/// each by its path, the names of their columns and classes, and what the file says of its origin.
[[nodiscard]] Json describe_data(const hdf5::File& file);

/// The same for people: the groups and data sets as a tree, a bounded number of them.
[[nodiscard]] std::string data_tree(const hdf5::File& file, const Json& description);

/// A value in one line: text without its quotes, of many names the first and how many there are.
[[nodiscard]] std::string in_one_line(const Json& value);

}  // namespace infomax::cli

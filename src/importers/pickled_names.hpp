// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace infomax::importers {

/// Returns the texts and integers in a list, a tuple, or lists of such, that Python pickled by its
/// protocol 0, in their order: PyTables stores the names of columns so. Other objects end the
/// reading with an empty result; nothing is ever executed. Source: the comments of Python's module
/// pickletools.
[[nodiscard]] std::vector<std::string> pickled_names(std::string_view pickle);

}  // namespace infomax::importers

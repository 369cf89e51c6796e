// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "infomax/hdf5/file.hpp"

namespace infomax::data {

/// Attributes of data sets: what their columns are called, and the classes that labels count.
inline constexpr const char* columns_attribute = "columns";
inline constexpr const char* classes_attribute = "classes";

/// The names in such an attribute; none where there is no such attribute, or one of other content.
[[nodiscard]] std::vector<std::string> read_names(const hdf5::File& file, const std::string& object,
                                                  const char* attribute);

/// Writes it, unless there are no names.
void write_names(hdf5::File& file, const std::string& object, const char* attribute,
                 const std::vector<std::string>& names);

}  // namespace infomax::data

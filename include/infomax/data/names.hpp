// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "infomax/hdf5/file.hpp"

namespace infomax::data {

/// The attribute of a data set that holds the names of its columns.
inline constexpr const char* columns_attribute = "columns";
/// The attribute of a data set of labels that holds the names of the classes 0, 1, ...
inline constexpr const char* classes_attribute = "classes";
/// The attribute of a data set of tokens that holds the texts of the tokens 0, 1, ...
inline constexpr const char* tokens_attribute = "tokens";

/// The attribute of a data set that holds what missing elements of each column were filled with.
inline constexpr const char* fills_attribute = "fill_values";
/// The data set of the names of the samples, one string a row.
inline constexpr const char* ids_dataset = "/ids";

/// Returns the names in such an attribute, or none where the attribute is missing or holds
/// something else.
[[nodiscard]] std::vector<std::string> read_names(const hdf5::File& file, const std::string& object,
                                                  const char* attribute);

/// Writes such an attribute, unless there are no names.
void write_names(hdf5::File& file, const std::string& object, const char* attribute,
                 const std::vector<std::string>& names);

/// Returns what missing elements of each column were filled with, or nothing where that is unknown.
[[nodiscard]] std::vector<double> read_fills(const hdf5::File& file, const std::string& object);

/// Writes that attribute, unless there are no fills.
void write_fills(hdf5::File& file, const std::string& object, const std::vector<double>& fills);

}  // namespace infomax::data

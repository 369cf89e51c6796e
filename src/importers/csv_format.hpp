// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "infomax/importers/importer.hpp"

namespace infomax::importers {

/// The format of a table.
struct CsvFormat {
  std::filesystem::path path;
  char delimiter = ',';
  bool has_header = false;
  std::size_t columns = 0;
  std::vector<std::string> names;  ///< of the columns; empty without a header

  /// "F.csv line 7"
  [[nodiscard]] std::string line(std::size_t number) const;

  /// "column 3 (\"age\")"
  [[nodiscard]] std::string column(std::size_t index) const;
};

/// Finds the format by the first two lines. The delimiter is the first of tab, semicolon and comma
/// that occurs equally often in both. The first line is a row if all its fields are numbers and
/// they are not 0, 1, 2, .... It is a header if it has a name above a number, and neither a number
/// nor a gap (an empty field, NA, ?) above a value; the first column may have an empty name. Throws
/// DataError if neither holds, or if the file is empty or has only a header.
[[nodiscard]] CsvFormat find_csv_format(const std::filesystem::path& path, TableHeader header);

/// Returns the columns of a list of names, or numbers from 1, in the order of the list. `option` is
/// for messages. Throws DataError if a column does not exist or is named twice.
[[nodiscard]] std::vector<std::size_t> find_columns(const CsvFormat& format,
                                                    const std::vector<std::string>& wanted,
                                                    const std::string& option);

}  // namespace infomax::importers

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "importers/csv_reader.hpp"
#include "infomax/importers/importer.hpp"

namespace infomax::importers {

/// How a table is written down.
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

/// Looks at a file's first lines. The delimiter is a tab, semicolon or comma, the first of these
/// that stands equally often in the first two. They have a header before them where a column has a
/// number in the second line alone, none where all of the first are numbers other than 0, 1, 2,
/// .... Throws DataError where that does not say it, the file is empty or has only a header.
[[nodiscard]] CsvFormat find_csv_format(const std::filesystem::path& path, TableHeader header);

/// The columns that a list of names, or numbers from 1, means; in the order of the list. `option`
/// is for messages. Throws DataError where there is no such column, or it is named twice.
[[nodiscard]] std::vector<std::size_t> find_columns(const CsvFormat& format,
                                                    const std::vector<std::string>& wanted,
                                                    const std::string& option);

/// The rows of a table, without its header.
class CsvTable {
 public:
  explicit CsvTable(CsvFormat format);

  /// Goes to the next row; false where there is none. Throws DataError where it has more or fewer
  /// fields than the first, and as CsvReader.
  [[nodiscard]] bool next();

  [[nodiscard]] const CsvFormat& format() const { return format_; }
  [[nodiscard]] const CsvReader& row() const { return reader_; }

  /// Throws DataError on the field of this column: "F.csv line 7, column 3 ("age") ", then
  /// `problem`.
  [[noreturn]] void refuse(std::size_t column, const std::string& problem) const;

  /// The finite number in this column. Throws DataError, which ends with `advice`.
  [[nodiscard]] double number(std::size_t column, std::string_view advice) const;

 private:
  CsvFormat format_;
  CsvReader reader_;
};

}  // namespace infomax::importers

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>

#include "importers/csv_format.hpp"
#include "importers/csv_reader.hpp"

namespace infomax::importers {

/// Reads the rows of a table, without its header.
class CsvTable {
 public:
  explicit CsvTable(CsvFormat format);

  /// Advances to the next row and returns whether there is one. Throws DataError if its number of
  /// fields differs from the first row's, and what CsvReader throws.
  [[nodiscard]] bool next();

  [[nodiscard]] const CsvFormat& format() const { return format_; }
  [[nodiscard]] const CsvReader& row() const { return reader_; }

  /// Throws DataError about the field of this column: "F.csv line 7, column 3 ("age") ", followed
  /// by `problem`.
  [[noreturn]] void refuse(std::size_t column, const std::string& problem) const;

  /// Throws DataError: the table has been read before and was not the same then.
  [[noreturn]] void refuse_change() const;

  /// Returns what the field of this column holds.
  [[nodiscard]] Cell cell(std::size_t column) const {
    return format_.cells.read(reader_.field(column));
  }

 private:
  CsvFormat format_;
  CsvReader reader_;
};

}  // namespace infomax::importers

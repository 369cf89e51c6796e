// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

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

  /// Returns the finite number in this column. Throws DataError, which ends with `advice`, if there
  /// is none.
  [[nodiscard]] double number(std::size_t column, std::string_view advice) const;

 private:
  CsvFormat format_;
  CsvReader reader_;
};

}  // namespace infomax::importers

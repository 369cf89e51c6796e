// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "importers/csv_format.hpp"

namespace infomax::importers {

/// Cells of one kind in a column: how many, and the first of them.
struct CellCount {
  std::size_t count = 0;
  std::size_t line = 0;  ///< of the first one, from 1
  std::string text = {};

  void add(std::size_t at_line, std::string_view field);

  /// "\"abc\" at line 7"
  [[nodiscard]] std::string first() const;
};

/// What the cells of a column are, over the whole file.
struct ColumnSurvey {
  std::size_t numbers = 0;
  long double sum = 0.0L;  ///< of the numbers
  CellCount missing;
  CellCount infinite;
  CellCount texts;
  std::size_t other_decimals = 0;  ///< of the texts, numbers with the other decimal sign
  std::size_t truths = 0;          ///< of the texts, true or false
  std::size_t dates = 0;           ///< of the texts

  [[nodiscard]] bool has_text() const { return texts.count > 0; }

  /// "dates, such as 2024-05-31 at line 2"
  [[nodiscard]] std::string content() const;
};

/// A table as its first reading finds it.
struct CsvSurvey {
  std::size_t rows = 0;
  std::vector<ColumnSurvey> columns;  ///< by their place in the file
};

/// Reads a whole table and looks at all cells of these columns, each given once. Throws what
/// CsvTable throws.
[[nodiscard]] CsvSurvey survey_csv(const CsvFormat& format,
                                   const std::vector<std::size_t>& columns);

/// Throws DataError if a column has numbers with the other decimal sign and no other text.
void require_decimal_sign(const CsvFormat& format, const CsvSurvey& survey,
                          const std::vector<std::size_t>& columns);

/// Throws DataError if one of these columns, which hold numbers, has one that is infinite.
void require_finite(const CsvFormat& format, const CsvSurvey& survey,
                    const std::vector<std::size_t>& columns);

}  // namespace infomax::importers

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "infomax/importers/importer.hpp"

namespace infomax::importers {

/// What a field of a table holds.
struct Cell {
  enum class Kind : std::uint8_t { number, missing, infinite, text };

  Kind kind = Kind::missing;
  double number = 0.0;  ///< of Kind::number, finite
};

/// Tells numbers, missing cells and text apart.
class CsvCells {
 public:
  /// By the decimal sign and the words for missing cells of the options.
  explicit CsvCells(const TableOptions& table);

  [[nodiscard]] Cell read(std::string_view field) const;

  /// Whether a text is a number with the decimal sign that the table does not have.
  [[nodiscard]] bool has_other_decimal(std::string_view text) const;

 private:
  [[nodiscard]] bool is_word(std::string_view field) const;

  char decimal_;
  std::vector<std::string> words_;
  std::vector<double> numbers_;  ///< those of the words that are numbers
};

/// Whether a text is true or false, as programs write these.
[[nodiscard]] bool is_truth(std::string_view text);

/// Whether a text begins with a date of ISO 8601 and nothing or a time follows: 2024-05-31,
/// 2024-05-31T12:30:00Z, "2024-05-31 12:30".
[[nodiscard]] bool is_date(std::string_view text);

}  // namespace infomax::importers

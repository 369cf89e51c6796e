// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_cells.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "importers/csv_number.hpp"
#include "infomax/core/field_text.hpp"

namespace infomax::importers {

CsvCells::CsvCells(const TableOptions& table)
    : decimal_(table.decimal.front()), words_(table.missing_words) {
  for (const std::string& word : words_) {
    if (const auto number = parse_real(word, decimal_)) {
      numbers_.push_back(*number);
    }
  }
}

bool CsvCells::is_word(std::string_view field) const {
  return std::ranges::any_of(words_, [&](const auto& word) { return same_name(word, field); });
}

Cell CsvCells::read(std::string_view field) const {
  if (field.empty()) {
    return {};
  }
  const auto value = parse_real(field, decimal_);
  if (!value) {
    return {is_word(field) ? Cell::Kind::missing : Cell::Kind::text};
  }
  if (std::isnan(*value) || std::ranges::find(numbers_, *value) != numbers_.end()) {
    return {};
  }
  return {std::isfinite(*value) ? Cell::Kind::number : Cell::Kind::infinite, *value};
}

bool CsvCells::has_other_decimal(std::string_view text) const {
  const char other = decimal_ == '.' ? ',' : '.';
  return text.find(other) != std::string_view::npos && parse_real(text, other);
}

bool is_truth(std::string_view text) {
  constexpr std::array words{"true", "false", "yes", "no", "t", "f", "y", "n"};
  return std::ranges::any_of(words, [&](const char* word) { return same_name(text, word); });
}

bool is_date(std::string_view text) {
  constexpr std::string_view form = "dddd-dd-dd";
  if (text.size() < form.size() ||
      (text.size() > form.size() && text[form.size()] != 'T' && text[form.size()] != ' ')) {
    return false;
  }
  for (std::size_t k = 0; k < form.size(); ++k) {
    const bool is_digit = text[k] >= '0' && text[k] <= '9';
    if (form[k] == 'd' ? !is_digit : text[k] != form[k]) {
      return false;
    }
  }
  const auto two = [&](std::size_t k) { return (text[k] - '0') * 10 + text[k + 1] - '0'; };
  return two(5) >= 1 && two(5) <= 12 && two(8) >= 1 && two(8) <= 31;
}

}  // namespace infomax::importers

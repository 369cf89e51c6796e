// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/field.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace infomax {
namespace {

constexpr std::string_view between = " = ";
constexpr std::string_view blanks = " \t\r";

bool is_blank(char c) { return blanks.find(c) != std::string_view::npos; }

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(blanks), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

bool is_quoted(std::string_view text) {
  return text.size() >= 2 && text.front() == '"' && text.back() == '"';
}

/// The text before a number sign that begins a comment: at the start, or after a blank.
std::string_view without_comment(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#' && (i == 0 || is_blank(text[i - 1]))) {
      return text.substr(0, i);
    }
  }
  return text;
}

/// Whether a text must be in quotes to come back as it is.
bool needs_quotes(std::string_view text) {
  return text != without_blanks(text) || text != without_comment(text) || is_quoted(text);
}

}  // namespace

std::string FieldText<double>::format(double value) { return fmt::format("{}", value); }

std::string to_ini(const FieldTexts& texts) {
  std::string ini;
  for (const auto& [name, text] : texts) {
    ini += name;
    ini += between;
    ini += needs_quotes(text) ? fmt::format("\"{}\"", text) : text;
    ini += '\n';
  }
  return ini;
}

std::string ini_value(std::string_view text) {
  std::string_view value = without_blanks(text);
  if (!is_quoted(value)) {
    value = without_blanks(without_comment(value));
  }
  return std::string(is_quoted(value) ? value.substr(1, value.size() - 2) : value);
}

std::string_view ini_name(std::string_view text) { return without_blanks(without_comment(text)); }

FieldTexts parse_ini(std::string_view ini) {
  FieldTexts texts;
  while (!ini.empty()) {
    const std::string_view line = ini.substr(0, ini.find('\n'));
    ini.remove_prefix(std::min(line.size() + 1, ini.size()));
    const std::size_t at = line.find(between);
    if (at != std::string_view::npos) {
      texts.emplace_back(line.substr(0, at), ini_value(line.substr(at + between.size())));
    }
  }
  return texts;
}

}  // namespace infomax

// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_format.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "importers/csv_number.hpp"
#include "importers/csv_reader.hpp"
#include "importers/csv_separator.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/field_text.hpp"
#include "infomax/core/suggestion.hpp"

namespace infomax::importers {
namespace {

std::vector<std::string> fields_of(const CsvReader& record) {
  std::vector<std::string> fields;
  for (std::size_t k = 0; k < record.size(); ++k) {
    fields.emplace_back(record.field(k));
  }
  return fields;
}

/// Whether a line is 0, 1, 2, ..., which pandas writes for columns without names.
bool counts_columns(const std::vector<std::string>& fields) {
  for (std::size_t k = 0; k < fields.size(); ++k) {
    if (fields[k] != std::to_string(k)) {
      return false;
    }
  }
  return fields.size() > 1;
}

/// Whether a field is what tables have where a number is missing.
bool is_gap(std::string_view field) {
  constexpr std::array gaps{"", "na", "n/a", "nan", "null", "none", "?", "-", "."};
  return std::ranges::any_of(gaps, [&](const char* gap) { return same_name(field, gap); });
}

/// Whether a field is a number with either decimal sign, as the one of the file may not be known.
bool is_number(std::string_view field) { return parse_real(field) || parse_real(field, ','); }

bool has_numbers(const std::vector<std::string>& fields) {
  return std::ranges::any_of(fields, is_number);
}

/// Whether the first line is a header; nothing if that is undecided.
std::optional<bool> is_header(const std::vector<std::string>& first,
                              const std::vector<std::string>& second) {
  const auto has_number = [](const std::vector<std::string>& fields, std::size_t k) {
    return k < fields.size() && is_number(fields[k]);
  };
  bool all_numbers = true;
  bool names_numbers = false;
  bool may_be_a_row = false;
  for (std::size_t k = 0; k < first.size(); ++k) {
    if (has_number(first, k)) {
      may_be_a_row = true;
      continue;
    }
    all_numbers = false;
    if (!is_gap(first[k])) {
      names_numbers = names_numbers || has_number(second, k);
    } else if (k > 0 || !first[k].empty()) {
      // The first column may lack a name, because tables that count their rows are written so.
      may_be_a_row = may_be_a_row || (k < second.size() && !is_gap(second[k]));
    }
  }
  if (all_numbers) {
    return counts_columns(first) ? std::nullopt : std::optional<bool>(false);
  }
  return names_numbers && !may_be_a_row ? std::optional<bool>(true) : std::nullopt;
}

bool has_header(const std::filesystem::path& path, TableHeader header,
                const std::vector<std::string>& first, const std::vector<std::string>& second) {
  if (header != TableHeader::automatic) {
    return header == TableHeader::yes;
  }
  const auto found = is_header(first, second);
  if (!found) {
    throw DataError(fmt::format(
        "{} does not show whether its first line holds names or the first row; say `header` yes "
        "or `header` no",
        path.string()));
  }
  return *found;
}

}  // namespace

std::string CsvFormat::line(std::size_t number) const {
  return fmt::format("{} line {}", path.string(), number);
}

std::string CsvFormat::column(std::size_t index) const {
  return names.empty() ? fmt::format("column {}", index + 1)
                       : fmt::format("column {} ({})", index + 1, in_quotes(names[index]));
}

std::string CsvFormat::name(std::size_t index) const {
  return names.empty() ? std::to_string(index + 1) : names[index];
}

CsvFormat find_csv_format(const std::filesystem::path& path, const TableOptions& table) {
  CsvFormat format{path, CsvCells(table), find_separator(path, table), comment_sign(table)};
  CsvReader reader(path, format.delimiter, format.comment);
  if (!reader.next()) {
    throw DataError(path.string() + " is empty; there is nothing to import");
  }
  auto first = fields_of(reader);
  const auto second = reader.next() ? fields_of(reader) : std::vector<std::string>{};
  const bool lacks_a_name =
      second.size() == first.size() + 1 &&
      (table.header == TableHeader::automatic ? !has_numbers(first)
                                              : table.header == TableHeader::yes);
  format.has_header = lacks_a_name || has_header(path, table.header, first, second);
  if (lacks_a_name) {
    first.insert(first.begin(), "");
  }
  format.columns = first.size();
  if (format.has_header) {
    if (second.empty()) {
      throw DataError(path.string() + " has a header and no rows; there is nothing to import");
    }
    format.names = std::move(first);
  }
  return format;
}

std::vector<std::size_t> find_columns(const CsvFormat& format,
                                      const std::vector<std::string>& wanted,
                                      const std::string& option) {
  std::vector<std::size_t> found;
  const auto refuse = [&](const std::string& name, const std::string& problem) {
    throw DataError(
        fmt::format("{}: `{}` {} {}", format.path.string(), option, in_quotes(name), problem));
  };
  for (const std::string& name : wanted) {
    const auto named = std::ranges::find(format.names, name);
    std::size_t index = static_cast<std::size_t>(named - format.names.begin());
    if (named == format.names.end()) {
      const auto number = parse_integer(name);
      if (!number || *number < 1 || *number > static_cast<std::int64_t>(format.columns)) {
        const std::vector<std::string_view> names(format.names.begin(), format.names.end());
        refuse(name, fmt::format("is not one of its {} columns{}; give a {}number from 1 to {}{}",
                                 format.columns, format.has_header ? "" : ", which have no names",
                                 format.has_header ? "name of its first line, or a " : "",
                                 format.columns, did_you_mean(name, names)));
      }
      index = static_cast<std::size_t>(*number) - 1;
    } else if (std::ranges::count(format.names, name) > 1) {
      refuse(name, "is the name of several columns; give the number, from 1");
    }
    if (std::ranges::find(found, index) != found.end()) {
      refuse(name, "is given twice; give each column once");
    }
    found.push_back(index);
  }
  return found;
}

std::optional<std::size_t> find_index(const CsvFormat& format, const std::string& index) {
  if (same_name(index, "none")) {
    return std::nullopt;
  }
  if (!same_name(index, "auto")) {
    return find_columns(format, {index}, "index").front();
  }
  const bool is_unnamed = format.has_header && format.columns > 1 &&
                          (format.names.front().empty() || format.names.front() == "Unnamed: 0");
  return is_unnamed ? std::optional(std::size_t{0}) : std::nullopt;
}

}  // namespace infomax::importers

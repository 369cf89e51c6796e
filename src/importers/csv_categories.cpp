// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_categories.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "importers/csv_number.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"

namespace infomax::importers {
namespace {

/// The first few items of a list, and how many more there are.
std::string first_of(const std::vector<std::string>& items) {
  constexpr std::size_t most = 5;
  const std::vector<std::string> first(
      items.begin(), items.begin() + static_cast<std::ptrdiff_t>(std::min(most, items.size())));
  return fmt::format("{}{}", fmt::join(first, ", "),
                     items.size() > most ? fmt::format(" and {} more", items.size() - most) : "");
}

/// Adds the categories that `known` has for a column, if it has any and not the column itself.
void add_known(const std::string& name, const std::vector<std::string>& known, CsvColumn& column) {
  if (std::ranges::find(known, name) != known.end()) {
    return;
  }
  const std::string start = name + "=";
  for (const std::string& one : known) {
    if (one.starts_with(start)) {
      column.categories.emplace(one.substr(start.size()), CsvCategory{});
    }
  }
  column.are_known = !column.categories.empty();
  column.has_categories = column.has_categories || column.are_known;
}

/// "column 2 (\"colour\") holds text, such as \"red\" at line 2"
std::string described(const CsvFormat& format, const CsvSurvey& survey, std::size_t column) {
  return fmt::format("{} holds {}", format.column(column), survey.columns[column].content());
}

}  // namespace

CsvView view_of(const CsvFormat& format, const CsvSurvey& survey,
                const std::vector<std::size_t>& columns, const std::vector<std::string>& known) {
  CsvView view;
  for (const std::size_t source : columns) {
    CsvColumn& column = view.columns.emplace_back(CsvColumn{source});
    column.has_categories = survey.columns[source].has_text();
    add_known(format.name(source), known, column);
  }
  return view;
}

void refuse_categories(const CsvFormat& format, const CsvSurvey& survey,
                       const std::vector<CsvView>& views) {
  std::vector<std::string> found;
  bool are_mixed = false;
  for (const CsvView& view : views) {
    for (const CsvColumn& column : view.columns) {
      if (column.has_categories) {
        found.push_back(described(format, survey, column.source));
        are_mixed = are_mixed || survey.columns[column.source].numbers > 0;
      }
    }
  }
  if (!found.empty()) {
    throw DataError(fmt::format(
        "{} has {} that {} not only numbers: {}; `categories` one-hot makes a column of 0 and 1 of "
        "each text, and drop leaves {} out, as `drop` does by name (text can be the `label`){}",
        format.path.string(),
        found.size() == 1 ? "a column" : fmt::format("{} columns", found.size()),
        found.size() == 1 ? "holds" : "hold", first_of(found),
        found.size() == 1 ? "the column" : "the columns",
        are_mixed ? "; texts that stand for missing cells belong in `missing_words`" : ""));
  }
}

void drop_categories(const CsvFormat& format, const CsvSurvey& survey, CsvView& view) {
  std::vector<std::string> found;
  std::erase_if(view.columns, [&](const CsvColumn& column) {
    if (column.has_categories) {
      found.push_back(described(format, survey, column.source));
    }
    return column.has_categories;
  });
  if (view.columns.empty()) {
    throw DataError(
        fmt::format("{} has no column of numbers that could stay: {}; give `categories` one-hot",
                    format.path.string(), first_of(found)));
  }
  if (!found.empty()) {
    log::info(
        fmt::format("{}: {} left out by `categories` drop: {}", format.path.string(),
                    found.size() == 1 ? "a column is" : fmt::format("{} columns are", found.size()),
                    first_of(found)));
  }
}

void count_category(const CsvTable& table, CsvColumn& column) {
  const std::string_view field = table.row().field(column.source);
  const auto found = column.categories.find(field);
  if (found != column.categories.end()) {
    ++found->second.rows;
    return;
  }
  if (column.are_known) {
    table.refuse(
        column.source,
        fmt::format("holds {}, which is not one of the {} categories of `like`; import the "
                    "file with all categories first and the other one `like` it",
                    in_quotes(field), column.categories.size()));
  }
  if (column.categories.size() == most_categories) {
    table.refuse(
        column.source,
        fmt::format("has more than {} different texts, each of which would become a column; "
                    "leave it out by `drop` or, if it names the rows, by `index`",
                    most_categories));
  }
  column.categories.emplace(field, CsvCategory{1, 0});
}

void lay_out(const CsvFormat& format, CsvView& view) {
  view.width = 0;
  const bool has_names =
      format.has_header || std::ranges::any_of(view.columns, &CsvColumn::has_categories);
  for (CsvColumn& column : view.columns) {
    column.first = view.width;
    view.width += column.width();
    std::size_t place = 0;
    for (auto& [text, category] : column.categories) {
      category.place = place++;
      view.names.push_back(fmt::format("{}={}", format.name(column.source), text));
    }
    if (has_names && !column.has_categories) {
      view.names.push_back(format.name(column.source));
    }
  }
}

void report_categories(const CsvFormat& format, const CsvSurvey& survey, const CsvView& view) {
  std::vector<std::string> found;
  std::vector<std::string> dates;
  for (const CsvColumn& column : view.columns) {
    if (column.has_categories) {
      const ColumnSurvey& surveyed = survey.columns[column.source];
      const std::string name = format.name(column.source);
      const std::string last = column.categories.rbegin()->first;
      found.push_back(fmt::format(
          "{} becomes {}, {}={}{} ({})", format.column(column.source),
          column.width() == 1 ? "a column" : fmt::format("{} columns", column.width()), name,
          column.categories.begin()->first,
          column.width() == 1 ? "" : fmt::format(" to {}={}", name, last), surveyed.content()));
      if (surveyed.has_text() && surveyed.dates == surveyed.texts.count) {
        dates.push_back(format.column(column.source));
      }
    }
  }
  if (!found.empty()) {
    log::info(fmt::format("{}: columns of 0 and 1 by `categories` one-hot: {}",
                          format.path.string(), first_of(found)));
  }
  if (!dates.empty()) {
    log::info(
        fmt::format("{}: the dates in {} become categories without an order; write them as "
                    "numbers if they are to be a time",
                    format.path.string(), first_of(dates)));
  }
}

}  // namespace infomax::importers

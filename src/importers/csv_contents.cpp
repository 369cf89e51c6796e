// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_contents.hpp"

#include <algorithm>
#include <utility>

#include "importers/csv_table.hpp"

namespace infomax::importers {
namespace {

bool is_missing(const CsvTable& table, std::size_t column) {
  return table.cell(column).kind == Cell::Kind::missing;
}

/// Whether the current row lacks a cell of a view; counts the categories that it has.
bool take_view(const CsvTable& table, const CsvSurvey& survey, CsvView& view) {
  bool lacks_a_cell = false;
  for (CsvColumn& column : view.columns) {
    const bool may_lack = survey.columns[column.source].missing.count > 0;
    if (may_lack && is_missing(table, column.source)) {
      lacks_a_cell = true;
    } else if (column.has_categories) {
      count_category(table, column);
    }
  }
  return lacks_a_cell;
}

}  // namespace

CsvContents read_contents(const CsvFormat& format, const CsvSurvey& survey, const CsvRoles& roles,
                          std::vector<CsvView> views,
                          const std::vector<std::string>& known_classes) {
  CsvContents contents{std::move(views)};
  const bool are_numbers = std::ranges::all_of(contents.views, [&](const CsvView& view) {
    return std::ranges::all_of(view.columns, [&](const CsvColumn& column) {
      return !column.has_categories && survey.columns[column.source].missing.count == 0;
    });
  });
  if (are_numbers && !roles.label && !roles.id) {
    return contents;
  }
  std::optional<CsvLabelColumn> labels;
  if (roles.label) {
    labels.emplace(*roles.label, known_classes);
  }
  CsvTable table(format);
  std::size_t row = 0;
  while (table.next()) {
    if (row == survey.rows) {
      table.refuse_change();
    }
    bool lacks_a_cell = false;
    for (CsvView& view : contents.views) {
      lacks_a_cell = take_view(table, survey, view) || lacks_a_cell;
    }
    if (labels && is_missing(table, *roles.label)) {
      lacks_a_cell = true;
    } else if (labels) {
      labels->look_at(table);
    }
    if (roles.id) {
      const bool lacks_id = is_missing(table, *roles.id);
      contents.ids.emplace_back(lacks_id ? std::string_view() : table.row().field(*roles.id));
      lacks_a_cell = lacks_a_cell || lacks_id;
    }
    if (lacks_a_cell) {
      contents.incomplete.resize(survey.rows);
      contents.incomplete.at(row) = true;
      ++contents.incomplete_rows;
    }
    ++row;
  }
  if (row != survey.rows) {
    table.refuse_change();
  }
  if (labels) {
    contents.labels = labels->labels();
  }
  return contents;
}

}  // namespace infomax::importers

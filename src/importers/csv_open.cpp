// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "importers/csv_contents.hpp"
#include "importers/csv_missing.hpp"
#include "importers/csv_rows.hpp"
#include "importers/file_format.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"

namespace infomax::importers {
namespace {

using Columns = std::vector<std::size_t>;

bool has(const Columns& columns, std::size_t column) {
  return std::ranges::find(columns, column) != columns.end();
}

/// The columns of a table that are in none of the lists.
Columns other_columns(const CsvFormat& format, std::initializer_list<Columns> lists) {
  Columns columns(format.columns);
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  std::erase_if(columns, [&](std::size_t column) {
    return std::ranges::any_of(lists, [&](const Columns& list) { return has(list, column); });
  });
  return columns;
}

void refuse_overlap(const CsvFormat& format, const Columns& a, const char* option_a,
                    const Columns& b, const char* option_b) {
  for (const std::size_t column : a) {
    if (has(b, column)) {
      throw UsageError(fmt::format("{} is given for `{}` and for `{}`; choose one",
                                   format.column(column), option_a, option_b));
    }
  }
}

/// The index, unless it was found by itself and has another role. What is found is logged.
Columns index_of(const CsvFormat& format, const std::string& index, const Columns& others) {
  const auto found = find_index(format, index);
  const bool is_found_by_itself = same_name(index, "auto");
  if (!found || (is_found_by_itself && has(others, *found))) {
    return {};
  }
  if (is_found_by_itself) {
    log::info(fmt::format(
        "{}: the first column {} and is left out as the index of the rows; `index` none keeps it",
        format.path.string(), format.names.front().empty() ? "has no name" : "is \"Unnamed: 0\""));
  }
  return {*found};
}

/// The column of the samples' names, which may have a name of its own in y.
Columns id_of(const CsvFormat& format, const TableOptions& table, Role role) {
  if (table.id.empty()) {
    return {};
  }
  return find_columns(format, {role == Role::x ? table.id.front() : table.id.back()}, "id");
}

CsvRoles roles_of_x(const CsvFormat& format, const TableOptions& table) {
  const Columns labels = find_columns(format, table.labels, "label");
  const Columns dropped = find_columns(format, table.dropped, "drop");
  const Columns id = id_of(format, table, Role::x);
  refuse_overlap(format, labels, "label", dropped, "drop");
  refuse_overlap(format, id, "id", labels, "label");
  refuse_overlap(format, id, "id", dropped, "drop");
  Columns used = labels;
  used.insert(used.end(), dropped.begin(), dropped.end());
  used.insert(used.end(), id.begin(), id.end());
  const Columns index = index_of(format, table.index, used);
  refuse_overlap(format, index, "index", labels, "label");
  refuse_overlap(format, index, "index", id, "id");
  CsvRoles roles{{other_columns(format, {labels, dropped, id, index})}};
  if (roles.views.front().empty()) {
    throw DataError(format.path.string() + " has no columns left for /x; drop or label fewer");
  }
  if (labels.size() == 1) {
    roles.label = labels.front();
  } else if (!labels.empty()) {
    roles.views.push_back(labels);
  }
  if (!id.empty()) {
    roles.id = id.front();
  }
  return roles;
}

CsvRoles roles_of_y(const CsvFormat& format, const TableOptions& table) {
  const Columns id = id_of(format, table, Role::y);
  // An index that is named is one of x, and of y where it has the same name.
  const bool has_index = std::ranges::find(format.names, table.index) != format.names.end();
  const bool keeps_all = same_name(table.index, "none");
  const Columns index = index_of(format, has_index || keeps_all ? table.index : "auto", id);
  const Columns columns = other_columns(format, {id, index});
  if (columns.empty()) {
    throw DataError(format.path.string() + " has no columns left for /y");
  }
  CsvRoles roles;
  if (columns.size() == 1) {
    roles.label = columns.front();
  } else {
    roles.views.push_back(columns);
  }
  if (!id.empty()) {
    roles.id = id.front();
  }
  return roles;
}

/// Decides about the columns of text, and requires that all others hold finite numbers.
std::vector<CsvView> decide_columns(const CsvFormat& format, const CsvSurvey& survey,
                                    const CsvRoles& roles, const OpenRequest& request) {
  std::vector<CsvView> views;
  for (const Columns& columns : roles.views) {
    require_decimal_sign(format, survey, columns);
    const bool is_known = views.empty();  // of x, or of y in its own file
    views.push_back(view_of(format, survey, columns,
                            is_known ? request.known.columns : std::vector<std::string>{}));
  }
  if (roles.label) {
    require_decimal_sign(format, survey, {*roles.label});
  }
  if (request.table.categories == Categories::refuse) {
    refuse_categories(format, survey, views);
  }
  for (CsvView& view : views) {
    if (request.table.categories == Categories::drop) {
      drop_categories(format, survey, view);
    }
    for (const CsvColumn& column : view.columns) {
      if (!column.has_categories) {
        require_finite(format, survey, {column.source});
      }
    }
  }
  return views;
}

/// The mean of one of several files is not that of all, and there would be one for each to keep.
void refuse_fills_of_one(const CsvFormat& format, const CsvSurvey& survey,
                         const OpenRequest& request, const CsvContents& contents) {
  const MissingCells how = request.table.missing;
  const bool fills = how == MissingCells::mean || how == MissingCells::median;
  if (!fills || request.list.files.size() == 1 || contents.views.empty()) {
    return;
  }
  const CsvView& view = contents.views.front();
  if (request.known.fills.size() == view.width) {
    return;
  }
  for (const CsvColumn& column : view.columns) {
    const CellCount& missing = survey.columns[column.source].missing;
    if (missing.count > 0) {
      const std::string name = FieldText<MissingCells>::format(how);
      throw UsageError(
          fmt::format("{} is one of several files, and {} lacks {} cell{}, the first {}, for which "
                      "the {} of this file alone would stand; join the tables to one, or give "
                      "`like` a data set file that was filled by {}",
                      format.path.string(), format.column(column.source), missing.count,
                      missing.count == 1 ? "" : "s", missing.first(), name, name));
    }
  }
}

OpenedFile open_table(const OpenRequest& request) {
  const TableOptions& table = request.table;
  const CsvFormat format = find_csv_format(request.path, table);
  const CsvRoles roles =
      request.role == Role::x ? roles_of_x(format, table) : roles_of_y(format, table);
  Columns used;
  for (const Columns& view : roles.views) {
    used.insert(used.end(), view.begin(), view.end());
  }
  for (const auto& column : {roles.label, roles.id}) {
    if (column) {
      used.push_back(*column);
    }
  }
  const CsvSurvey survey = survey_csv(format, used);
  CsvContents contents = read_contents(
      format, survey, roles, decide_columns(format, survey, roles, request), request.known.classes);
  for (CsvView& view : contents.views) {
    lay_out(format, view);
  }
  refuse_fills_of_one(format, survey, request, contents);
  treat_missing_cells(format, survey, roles, table.missing, request.known.fills, contents);
  for (const CsvView& view : contents.views) {
    report_categories(format, survey, view);
  }

  const auto element = table.element.value_or(hdf5::ElementType::f64);
  std::vector<std::unique_ptr<RowFile>> files;
  for (CsvView& view : contents.views) {
    files.push_back(csv_view_rows(format, std::move(view), element, survey.rows));
  }
  if (roles.label) {
    files.push_back(csv_label_rows(format, contents.labels, element, survey.rows));
  }
  OpenedFile opened{std::move(files.front())};
  if (files.size() > 1) {
    opened.labels = std::move(files.back());
  }
  opened.ids = std::move(contents.ids);
  opened.incomplete = std::move(contents.incomplete);
  return opened;
}

bool is_text(const FileStart& start) { return start.head.find('\0') == std::string::npos; }

}  // namespace

/// The format of delimited text.
FileFormat table_format() {
  return {.name = "text",
          .is_table = true,
          .takes_labels = true,
          .recognises = is_text,
          .open = open_table};
}

}  // namespace infomax::importers

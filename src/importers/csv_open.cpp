// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "importers/csv_rows.hpp"
#include "importers/file_format.hpp"
#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

hdf5::ElementType element_of(const TableOptions& table) {
  return table.element.value_or(hdf5::ElementType::f64);
}

std::vector<std::size_t> all_columns(const CsvFormat& format) {
  std::vector<std::size_t> columns(format.columns);
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  return columns;
}

/// Opens a table as x: its labels, and all other columns that are not dropped.
OpenedFile open_features(const OpenRequest& request) {
  const TableOptions& table = request.table;
  const CsvFormat format = find_csv_format(request.path, table.header);
  const auto labels = find_columns(format, table.labels, "label");
  const auto dropped = find_columns(format, table.dropped, "drop");
  std::vector<std::size_t> columns = all_columns(format);
  std::erase_if(columns, [&](std::size_t column) {
    return std::ranges::count(labels, column) + std::ranges::count(dropped, column) > 0;
  });
  for (const std::size_t column : labels) {
    if (std::ranges::count(dropped, column) > 0) {
      throw UsageError(format.column(column) + " is a `label` and in `drop`; choose one");
    }
  }
  if (columns.empty()) {
    throw DataError(format.path.string() + " has no columns left for /x; drop or label fewer");
  }
  const CsvTargets targets = scan_csv(format, labels, request.known.classes);
  return {csv_features(format, columns, element_of(table), targets.rows),
          labels.empty() ? nullptr : csv_targets(format, targets, element_of(table))};
}

/// Opens a table as y: all its columns are labels.
OpenedFile open_labels(const OpenRequest& request) {
  const CsvFormat format = find_csv_format(request.path, request.table.header);
  const auto targets = scan_csv(format, all_columns(format), request.known.classes);
  return {csv_targets(format, targets, element_of(request.table))};
}

OpenedFile open_table(const OpenRequest& request) {
  return request.role == Role::x ? open_features(request) : open_labels(request);
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

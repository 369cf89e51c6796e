// SPDX-License-Identifier: BSD-3-Clause
#include "importers/row_files.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "importers/file_format.hpp"
#include "importers/like_dataset.hpp"
#include "importers/sample_ids.hpp"
#include "importers/selected_rows.hpp"
#include "importers/sequence_rows.hpp"
#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

void check_options(const TableOptions& table, const FileSource& x,
                   const std::optional<FileSource>& y) {
  if (!table.id.empty() && (!x.format.is_table || (y && !y->format.is_table))) {
    const auto& other = x.format.is_table ? y->list.path : x.list.path;
    throw UsageError(
        fmt::format("`id` is for tables, and {} is not a table, so that its rows have no names; "
                    "save both files "
                    "as CSV, or bring their rows to the same order and omit `id`",
                    other.string()));
  }
  if (x.format.is_table) {
    return;
  }
  if (!x.format.takes_labels && (!table.labels.empty() || !table.dropped.empty())) {
    throw UsageError(fmt::format(
        "`{}` is for tables, and {} is not a table; give its labels as a separate file, `y`",
        table.labels.empty() ? "drop" : "label", x.list.path.string()));
  }
  if (y && y->format.is_table) {
    return;
  }
  const TableOptions defaults;
  const FieldTable<TableOptions> fields = table_fields().groups({"Tables"});
  for (const auto& field : fields.fields()) {
    const bool is_of_labels = field.name == "label" || field.name == "drop";
    if (!is_of_labels && field.text(table) != field.text(defaults)) {
      throw UsageError(fmt::format(
          "`{}` is for tables; other files keep their types of elements and all rows", field.name));
    }
  }
}

std::vector<bool> complete(std::size_t rows, const std::vector<bool>& incomplete) {
  std::vector<bool> keep(rows, true);
  for (std::size_t i = 0; i < incomplete.size(); ++i) {
    keep[i] = !incomplete[i];
  }
  return keep;
}

void select(std::unique_ptr<RowFile>& file, const std::vector<bool>& keep,
            std::vector<std::size_t> places = {}) {
  const bool keeps_all = std::find(keep.begin(), keep.end(), false) == keep.end();
  if (file && (!keeps_all || !places.empty())) {
    file = std::make_unique<SelectedRows>(std::move(file), keep, std::move(places));
  }
}

std::vector<std::string> selected(std::vector<std::string> ids, const std::vector<bool>& keep) {
  std::vector<std::string> some;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (keep[i]) {
      some.push_back(std::move(ids[i]));
    }
  }
  return some;
}

/// Joins two tables by the names of their samples, without rows that lack a cell.
RowFiles joined(OpenedFile x, OpenedFile y) {
  const std::string where_x = x.rows->where();
  const std::string where_y = y.rows->where();
  JoinedRows rows = join({where_x, x.ids, x.incomplete}, {where_y, y.ids, y.incomplete});
  select(x.rows, rows.keep_x);
  select(y.rows, rows.keep_y, std::move(rows.y_places));
  return {std::move(x.rows), std::move(y.rows), selected(std::move(x.ids), rows.keep_x)};
}

/// Trajectories are whole, so that a row cannot be left out of one; throws UsageError.
void require_no_gaps(const RowFile& x, const RowFile* y) {
  if (!x.lengths().empty()) {
    throw UsageError(fmt::format(
        "`missing` drop would leave rows out of the trajectories of {} because of cells that {} "
        "lacks; complete it, or give `missing` mean or median, which fill all but labels",
        x.where(), y == nullptr ? x.where() : y->where()));
  }
}

/// The files row by row as they are, without the rows that lack a cell in either.
RowFiles paired(OpenedFile x, OpenedFile y, bool are_named_by_id) {
  if (y.rows && y.rows->rows() != x.rows->rows()) {
    throw DataError(fmt::format(
        "{} has {} rows and {} has {}; give files of the same samples, or tables and the `id` that "
        "names their samples",
        x.rows->where(), x.rows->rows(), y.rows->where(), y.rows->rows()));
  }
  if (are_named_by_id && !x.ids.empty()) {
    const std::string where = x.rows->where();
    require_distinct({where, x.ids, x.incomplete});
  }
  std::vector<bool> keep = complete(x.rows->rows(), x.incomplete);
  for (std::size_t i = 0; i < y.incomplete.size(); ++i) {
    keep[i] = keep[i] && !y.incomplete[i];
  }
  if (std::find(keep.begin(), keep.end(), true) == keep.end()) {
    throw DataError(
        fmt::format("every row lacks a cell in {} or {}; fill them by `missing` mean or "
                    "median, or leave columns out by `drop`",
                    x.rows->where(), y.rows->where()));
  }
  if (std::find(keep.begin(), keep.end(), false) != keep.end()) {
    require_no_gaps(*x.rows, y.rows.get());
  }
  RowFiles files{std::move(x.rows), std::move(y.rows ? y.rows : x.labels),
                 selected(std::move(x.ids), keep)};
  select(files.x, keep);
  select(files.y, keep);
  return files;
}

/// Where `y` says what the labels are, sub-folders are no classes.
void ignore_folders(FileSource& source) { source.list.is_folder = false; }

void check_reading(const ReadingOptions& reading, const FileFormat& x) {
  if (reading.frames && !x.takes_frames) {
    throw UsageError("`frames` is for sounds, and `x` is not one");
  }
  const bool has_mel = reading.frames && reading.frames->mel;
  if (reading.length && !x.takes_tokens && !has_mel) {
    throw UsageError("`length` is for `tokens` and for `frames` mel, which are missing");
  }
}

}  // namespace

RowFiles open_row_files(const ImportRequest& request) {
  FileSource x = find_source(request.x, request.reading);
  std::optional<FileSource> y;
  if (!request.y.empty()) {
    y = find_source(request.y, {});
    ignore_folders(x);
    ignore_folders(*y);
  }
  check_options(request.table, x, y);
  check_reading(request.reading, x.format);
  std::optional<LikeDataset> like;
  if (!request.like.empty()) {
    like.emplace(request.like);
  }
  const auto open = [&](const FileSource& source, Role role) {
    return open_source(source, role, request.table, request.reading,
                       like ? like->known(role) : Known{});
  };
  OpenedFile opened_x = open(x, Role::x);
  if (request.reading.sequences) {
    opened_x = as_sequences(std::move(opened_x));
  }
  OpenedFile opened_y;
  if (y) {
    opened_y = open(*y, Role::y);
  }
  const bool are_joined = y && !request.table.id.empty();
  RowFiles files =
      are_joined ? joined(std::move(opened_x), std::move(opened_y))
                 : paired(std::move(opened_x), std::move(opened_y), !request.table.id.empty());
  if (like) {
    like->require(files);
  }
  return files;
}

}  // namespace infomax::importers

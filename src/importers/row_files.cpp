// SPDX-License-Identifier: BSD-3-Clause
#include "importers/row_files.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "importers/file_format.hpp"
#include "importers/like_dataset.hpp"
#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

void check_options(const TableOptions& table, const FileSource& x,
                   const std::optional<FileSource>& y) {
  if (x.format.is_table) {
    return;
  }
  if (!x.format.takes_labels && (!table.labels.empty() || !table.dropped.empty())) {
    throw UsageError(fmt::format(
        "`{}` is for tables, and {} is not a table; give its labels as a separate file, `y`",
        table.labels.empty() ? "drop" : "label", x.list.path.string()));
  }
  const bool has_table = y && y->format.is_table;
  if (!has_table && (table.element || table.header != TableHeader::automatic)) {
    throw UsageError(fmt::format("`{}` is for tables; other files keep their types of elements",
                                 table.element ? "element" : "header"));
  }
}

void check_reading(const ReadingOptions& reading, const FileFormat& x) {
  if (reading.frames && !x.takes_frames) {
    throw UsageError("`frames` is for sounds, and `x` is not one");
  }
  if (reading.length && !x.takes_tokens) {
    throw UsageError("`length` is for `tokens`, which is missing");
  }
}

}  // namespace

RowFiles open_row_files(const ImportRequest& request) {
  const FileSource x = find_source(request.x, request.reading);
  std::optional<FileSource> y;
  if (!request.y.empty()) {
    y = find_source(request.y, {});
  }
  check_options(request.table, x, y);
  check_reading(request.reading, x.format);
  std::optional<LikeDataset> like;
  if (!request.like.empty()) {
    like.emplace(request.like);
  }
  const Known known = like ? like->known() : Known{};
  const auto open = [&](const FileSource& source, Role role) {
    return open_source(source, role, request.table, request.reading, known);
  };

  OpenedFile opened = open(x, Role::x);
  RowFiles files{std::move(opened.rows), std::move(opened.labels)};
  if (y) {
    files.y = open(*y, Role::y).rows;
  }
  if (files.y && files.y->rows() != files.x->rows()) {
    throw DataError(fmt::format("{} has {} rows and {} has {}; give files of the same samples",
                                files.x->where(), files.x->rows(), files.y->where(),
                                files.y->rows()));
  }
  if (like) {
    like->require(files);
  }
  return files;
}

}  // namespace infomax::importers

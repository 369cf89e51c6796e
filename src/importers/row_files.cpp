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
  if (!table.labels.empty() || !table.dropped.empty()) {
    throw UsageError(fmt::format(
        "`{}` is for tables, and {} is not a table; give its labels as a separate file, `y`",
        table.labels.empty() ? "drop" : "label", x.path.string()));
  }
  const bool has_table = y && y->format.is_table;
  if (!has_table && (table.element || table.header != TableHeader::automatic)) {
    throw UsageError(fmt::format("`{}` is for tables; other files keep their types of elements",
                                 table.element ? "element" : "header"));
  }
}

}  // namespace

RowFiles open_row_files(const ImportRequest& request) {
  const FileSource x = find_source(request.x);
  std::optional<FileSource> y;
  if (!request.y.empty()) {
    y = find_source(request.y);
  }
  check_options(request.table, x, y);
  std::optional<LikeDataset> like;
  if (!request.like.empty()) {
    like.emplace(request.like);
  }
  const auto known = like ? like->classes() : std::vector<std::string>{};
  const auto open = [&](const FileSource& source, Role role) {
    return source.format.open({source.path, source.object, role, request.table, known});
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

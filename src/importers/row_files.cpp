// SPDX-License-Identifier: BSD-3-Clause
#include "importers/row_files.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "importers/csv_rows.hpp"
#include "importers/file_format.hpp"
#include "importers/hdf5_reader.hpp"
#include "importers/idx_reader.hpp"
#include "importers/npy_reader.hpp"
#include "infomax/core/error.hpp"
#include "infomax/data/names.hpp"

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

/// A table's labelled columns and all others that are not dropped.
RowFiles open_table(const FileSource& source, const TableOptions& table,
                    const std::vector<std::string>& known) {
  const CsvFormat format = find_csv_format(source.path, table.header);
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
  const CsvTargets targets = scan_csv(format, labels, known);
  return {csv_features(format, columns, element_of(table), targets.rows),
          labels.empty() ? nullptr : csv_targets(format, targets, element_of(table))};
}

/// A table whose columns are all labels.
std::unique_ptr<RowFile> open_target_table(const FileSource& source, const TableOptions& table,
                                           const std::vector<std::string>& known) {
  const CsvFormat format = find_csv_format(source.path, table.header);
  return csv_targets(format, scan_csv(format, all_columns(format), known), element_of(table));
}

std::unique_ptr<RowFile> open_array(const FileSource& source, const std::string& otherwise) {
  switch (source.format) {
    case FileFormat::idx:
      return std::make_unique<IdxReader>(source.path);
    case FileFormat::npy:
      return std::make_unique<NpyReader>(source.path);
    default:
      return std::make_unique<Hdf5Reader>(source.path,
                                          source.object.empty() ? otherwise : source.object);
  }
}

void check_options(const TableOptions& table, const FileSource& x,
                   const std::optional<FileSource>& y) {
  if (x.format != FileFormat::text) {
    if (!table.labels.empty() || !table.dropped.empty()) {
      throw UsageError(
          fmt::format("`{}` is for tables, and {} is none; labels of it are a file of "
                      "their own, `y`",
                      table.labels.empty() ? "drop" : "label", x.path.string()));
    }
    const bool has_table = y && y->format == FileFormat::text;
    if (!has_table && (table.element || table.header != TableHeader::automatic)) {
      throw UsageError(fmt::format("`{}` is for tables; other files keep the elements they have",
                                   table.element ? "element" : "header"));
    }
  }
}

/// What a file must be like: its columns and its classes.
class Example {
 public:
  explicit Example(const std::filesystem::path& path) : path_(path) {
    const hdf5::File file = hdf5::File::open(path);
    const hdf5::Dataset x = file.dataset("/x");
    trailing_.assign(x.shape().begin() + 1, x.shape().end());
    columns_ = data::read_names(file, "/x", data::columns_attribute);
    classes_ = data::read_names(file, "/y", data::classes_attribute);
  }

  [[nodiscard]] const std::vector<std::string>& classes() const { return classes_; }

  /// Throws DataError unless x and y have these columns and classes.
  void require(const RowFiles& files) const {
    const RowFile& x = *files.x;
    if (!std::equal(trailing_.begin(), trailing_.end(), x.shape().begin() + 1, x.shape().end())) {
      throw DataError(
          fmt::format("{} has rows of {} elements, and `like` {} of {}; choose the "
                      "same columns",
                      x.where(), x.row_bytes() / hdf5::size(x.type()), path_.string(),
                      std::accumulate(trailing_.begin(), trailing_.end(), std::size_t{1},
                                      std::multiplies<>{})));
    }
    if (!x.columns().empty() && !columns_.empty() && x.columns() != columns_) {
      const auto [here, there] = std::ranges::mismatch(x.columns(), columns_);
      throw DataError(
          fmt::format("{} has \"{}\" as column {} of /x, where `like` {} has \"{}\"; "
                      "choose the same columns in the same order",
                      x.where(), *here, here - x.columns().begin() + 1, path_.string(), *there));
    }
    if (files.y && files.y->classes() != classes_) {
      throw DataError(
          fmt::format("{} holds the names of classes, and `like` {} has none; import "
                      "both from tables with the same label",
                      files.y->where(), path_.string()));
    }
  }

 private:
  std::filesystem::path path_;
  std::vector<std::size_t> trailing_;
  std::vector<std::string> columns_;
  std::vector<std::string> classes_;
};

}  // namespace

RowFiles open_row_files(const ImportRequest& request) {
  const FileSource x = find_source(request.x);
  std::optional<FileSource> y;
  if (!request.y.empty()) {
    y = find_source(request.y);
  }
  check_options(request.table, x, y);
  std::optional<Example> like;
  if (!request.like.empty()) {
    like.emplace(request.like);
  }
  const auto known = like ? like->classes() : std::vector<std::string>{};

  RowFiles files;
  if (x.format == FileFormat::text) {
    files = open_table(x, request.table, known);
  } else {
    files.x = open_array(x, "/x");
  }
  if (y) {
    files.y = y->format == FileFormat::text ? open_target_table(*y, request.table, known)
                                            : open_array(*y, "/y");
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

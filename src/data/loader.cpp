// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/loader.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "data/finite.hpp"
#include "data/text_labels.hpp"
#include "infomax/core/error.hpp"
#include "infomax/data/paged_rows.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::data {
namespace {

void require_elements(const DatasetShape& shape) {
  if (shape.rows == 0 || shape.features == 0) {
    throw DataError(shape.where + " has no " + (shape.rows == 0 ? "rows" : "columns") +
                    "; write some before training on it");
  }
}

DatasetShape describe(const hdf5::Dataset& dataset) {
  const auto& shape = dataset.shape();
  DatasetShape described{dataset.where(),
                         dataset.element_type(),
                         dataset.rows(),
                         {shape.begin() + 1, shape.end()},
                         dataset.features()};
  require_elements(described);
  return described;
}

/// Where the data set that is read unless an option names another one is missing, says by which
/// option the one is named that was probably meant.
void require_usual(const hdf5::File& file, const std::string& dataset) {
  if (dataset != "/x" || file.exists(dataset)) {
    return;
  }
  const hdf5::Tree tree = file.tree();
  const bool is_broken_link =
      std::ranges::find(tree.entries, dataset, &hdf5::TreeEntry::path) != tree.entries.end();
  const std::string meant = hdf5::guess_dataset(tree, dataset);
  if (!is_broken_link && !meant.empty()) {
    throw DataError("there is no data set " + dataset + " in " + file.path().string() +
                    ", which has " + hdf5::list_datasets(tree) + "; did you mean `x` " + meant +
                    "?");
  }
}

}  // namespace

void require_finite(const mpi::Communicator& communicator, const Rows& rows) {
  constexpr auto none = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t place = none;
  std::uint64_t kind = 0;
  rows.with_elements([&]<class T>(std::span<const T> elements) {
    const std::size_t local = first_not_finite(elements);
    if (local < elements.size()) {
      place = rows.first_row() * rows.features() + rows.place_of(local);
      kind = kind_of(elements[local]);
    }
  });
  const std::uint64_t first = communicator.min(place);
  if (first == none) {
    return;
  }
  kind = communicator.max(place == first ? kind : 0);
  throw DataError(describe_not_finite(rows, first, kind));
}

DatasetFile::DatasetFile(const mpi::Communicator& communicator, const std::filesystem::path& path)
    : Datasets(communicator),
      parts_(communicator, find_files(communicator, path.string()), path.string()),
      file_(hdf5::File::open_parallel(communicator, parts_.first_file())) {}

std::vector<std::string> DatasetFile::names(const std::string& dataset,
                                            const char* attribute) const {
  const auto texts = text_classes_.find(dataset);
  return texts != text_classes_.end() && attribute == std::string_view(classes_attribute)
             ? texts->second
             : read_names(file_, dataset, attribute);
}

void DatasetFile::expect_labels(const std::string& dataset,
                                const std::vector<std::string>& classes) {
  try {
    if (file_.holds_texts(dataset)) {
      text_classes_[dataset] =
          classes.empty() ? find_text_classes(communicator(),
                                              parts_.stretches(dataset, 0, parts_.rows(dataset)),
                                              dataset, where(dataset))
                          : classes;
    }
  } catch (...) {
    after_failure();
    throw;
  }
}

std::vector<std::string> DatasetFile::text_classes(const std::string& dataset) const {
  const auto found = text_classes_.find(dataset);
  return found == text_classes_.end() ? std::vector<std::string>{} : found->second;
}

DatasetShape DatasetFile::stored_shape(const std::string& dataset) {
  require_usual(file_, dataset);
  if (text_classes_.contains(dataset)) {
    return describe_texts(dataset);
  }
  if (!is_joined()) {
    return describe(file_.dataset(dataset));
  }
  if (file_.exists(offsets_of(dataset))) {
    throw DataError(
        fmt::format("{} has sequences one after another, whose {} count the steps of one file; "
                    "join the files by "
                    "import, or give the steps of rows in {}",
                    where(dataset), offsets_of(dataset), lengths_of(dataset)));
  }
  const hdf5::Dataset first = file_.dataset(dataset);
  const auto& shape = first.shape();
  DatasetShape joined{where(dataset),
                      first.element_type(),
                      parts_.rows(dataset),
                      {shape.begin() + 1, shape.end()},
                      first.features()};
  require_elements(joined);
  return joined;
}

DatasetShape DatasetFile::describe_texts(const std::string& dataset) {
  return {where(dataset),
          hdf5::element_type_of<std::int32_t>(),
          is_joined() ? parts_.rows(dataset) : file_.text_count(dataset),
          {},
          1};
}

Rows DatasetFile::load_stored(const std::string& dataset, const Shard& shard) {
  if (text_classes_.contains(dataset)) {
    return read_texts(dataset, shard);
  }
  return is_joined() ? read_parts(dataset, shard) : read(dataset, shard);
}

std::size_t DatasetFile::stored_chunk_rows(const std::string& dataset) {
  return text_classes_.contains(dataset)
             ? 0
             : std::max<std::size_t>(1, file_.dataset(dataset).chunk_rows());
}

std::shared_ptr<const RowStore> DatasetFile::open_pages(const DatasetShape& shape,
                                                        const std::string& dataset,
                                                        const Shard& shard, std::size_t page_rows,
                                                        std::size_t memory_bytes) {
  const auto stretches = is_joined() ? parts_.stretches(dataset, shard.first_row, shard.row_count)
                                     : std::vector<FileStretch>{{file_.path(), shard.first_row,
                                                                 shard.first_row, shard.row_count}};
  return std::make_shared<PagedRows>(shape, stretches, dataset, shard.first_row, shard.row_count,
                                     page_rows, memory_bytes);
}

Rows DatasetFile::read_texts(const std::string& dataset, const Shard& shard) {
  const DatasetShape described = describe_texts(dataset);
  const auto stretches = parts_.stretches(dataset, shard.first_row, shard.row_count);
  std::optional<Rows> rows;
  mpi::together(communicator(), [&] {
    rows.emplace(described.where, described.type, described.trailing, shard.first_row,
                 shard.row_count);
    read_text_labels(stretches, dataset, text_classes_.at(dataset), *rows);
  });
  return std::move(*rows);
}

/// Every rank opens the files that have its rows, and no others.
Rows DatasetFile::read_parts(const std::string& dataset, const Shard& shard) {
  const DatasetShape joined = stored_shape(dataset);
  const auto stretches = parts_.stretches(dataset, shard.first_row, shard.row_count);
  std::optional<Rows> rows;
  mpi::together(communicator(), [&] {
    rows.emplace(joined.where, joined.type, joined.trailing, shard.first_row, shard.row_count);
    for (const FileStretch& stretch : stretches) {
      const auto file = hdf5::File::open(stretch.path);
      file.dataset(dataset).read_rows(
          stretch.first, stretch.count, joined.type,
          rows->bytes().subspan((stretch.start - shard.first_row) * rows->row_bytes(),
                                stretch.count * rows->row_bytes()));
    }
  });
  return std::move(*rows);
}

Rows DatasetFile::read(const std::string& dataset, const Shard& shard) const {
  const hdf5::Dataset opened = file_.dataset(dataset);
  const DatasetShape described = describe(opened);
  std::optional<Rows> rows;
  // Memory may run out on one rank only, and the read after it is collective.
  mpi::together(communicator(), [&] {
    rows.emplace(described.where, described.type, described.trailing, shard.first_row,
                 shard.row_count);
  });
  opened.read_rows(shard.first_row, shard.row_count, described.type, rows->bytes());
  return std::move(*rows);
}

void require_equal_rows(const DatasetShape& x, const DatasetShape& y) {
  if (x.rows != y.rows) {
    throw DataError(x.where + " has " + std::to_string(x.rows) + " rows and " + y.where + " has " +
                    std::to_string(y.rows) + "; row i of both must be the same sample");
  }
}

Rows load_rows(const mpi::Communicator& communicator, const std::filesystem::path& path,
               const std::string& dataset, const Shard& shard) {
  DatasetFile file(communicator, path);
  Rows rows = file.load(dataset, shard);
  file.close();
  return rows;
}

}  // namespace infomax::data

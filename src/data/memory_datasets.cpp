// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/memory_datasets.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/core/error.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::data {

void MemoryDatasets::add_bytes(const std::string& dataset, hdf5::ElementType type,
                               std::span<const std::byte> bytes, std::vector<std::size_t> trailing,
                               std::size_t first_row, std::size_t global_rows) {
  const std::size_t features =
      std::accumulate(trailing.begin(), trailing.end(), std::size_t{1}, std::multiplies<>());
  const std::size_t row_bytes = features * hdf5::size(type);
  if (row_bytes == 0 || bytes.size() % row_bytes != 0) {
    throw UsageError(fmt::format("{} has {} elements, which are not whole rows of {}", dataset,
                                 bytes.size() / hdf5::size(type), features));
  }
  const std::size_t rows = bytes.size() / row_bytes;
  if (global_rows != all_rows && (first_row > global_rows || rows > global_rows - first_row)) {
    throw UsageError(fmt::format("{} has {} rows, and rows {} to {} of them were given", dataset,
                                 global_rows, first_row, first_row + rows));
  }
  forget_shapes();
  arrays_[dataset] = {{dataset + " in memory", type, global_rows == all_rows ? rows : global_rows,
                       std::move(trailing), features},
                      bytes,
                      first_row,
                      rows};
}

const MemoryDatasets::Array& MemoryDatasets::array(const std::string& dataset) const {
  const auto found = arrays_.find(dataset);
  if (found == arrays_.end()) {
    throw DataError(fmt::format("there is no data set {} in memory; add it", dataset));
  }
  if (found->second.shape.rows == 0) {
    throw DataError(fmt::format("{} has no rows", found->second.shape.where));
  }
  return found->second;
}

bool MemoryDatasets::has(const std::string& dataset) const {
  return communicator().max(std::uint64_t{arrays_.contains(dataset) ? 1U : 0U}) > 0;
}

DatasetShape MemoryDatasets::stored_shape(const std::string& dataset) {
  DatasetShape found;
  std::string mine;
  mpi::together(communicator(), [&] {
    found = array(dataset).shape;
    mine = fmt::format("{} rows of {} {}", found.rows, fmt::join(found.trailing, " x "),
                       hdf5::name(found.type));
  });
  const std::string root = communicator().broadcast(mine, 0);
  mpi::together(communicator(), [&] {
    if (mine != root) {
      throw UsageError(fmt::format("{} has {} here and {} on rank 0; give every rank the same",
                                   found.where, mine, root));
    }
  });
  return found;
}

Rows MemoryDatasets::load_stored(const std::string& dataset, const Shard& shard) {
  std::optional<Rows> rows;
  mpi::together(communicator(), [&] {
    const Array& held = array(dataset);
    const std::size_t end = held.first_row + held.row_count;
    if (shard.row_count > 0 &&
        (shard.first_row < held.first_row || shard.first_row + shard.row_count > end)) {
      throw UsageError(fmt::format(
          "{} holds rows {} to {} on rank {}, which needs rows {} to {}; give every rank the rows "
          "of its shard, or all",
          held.shape.where, held.first_row, end, communicator().rank(), shard.first_row,
          shard.first_row + shard.row_count));
    }
    const std::size_t row_bytes = held.shape.features * hdf5::size(held.shape.type);
    const std::size_t before = shard.row_count > 0 ? shard.first_row - held.first_row : 0;
    const auto own = held.bytes.subspan(before * row_bytes, shard.row_count * row_bytes);
    if (in_place_) {
      rows.emplace(held.shape.where, held.shape.type, held.shape.trailing, shard.first_row,
                   shard.row_count, own);
      return;
    }
    rows.emplace(held.shape.where, held.shape.type, held.shape.trailing, shard.first_row,
                 shard.row_count);
    std::ranges::copy(own, rows->bytes().begin());
  });
  return std::move(*rows);
}

Shard MemoryDatasets::part_to_check(const std::string& dataset, std::size_t rows,
                                    std::size_t more) const {
  const auto held = arrays_.find(dataset);
  return held == arrays_.end() || held->second.row_count == rows
             ? Datasets::part_to_check(dataset, rows, more)
             : Shard{0, 0, held->second.first_row, held->second.row_count};
}

}  // namespace infomax::data

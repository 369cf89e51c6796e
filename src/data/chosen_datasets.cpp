// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/chosen_datasets.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/data/stretches.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::data {
namespace {

/// A gap between chosen rows is skipped where it is more than so large a part of the rows wanted,
/// which bounds the number of reads, and what each reads in vain.
constexpr std::size_t gaps_of_a_shard = 16;

/// Ascending rows as few stretches of the data set, which may hold other rows too.
std::vector<Stretch> stretches_around(std::span<const std::size_t> rows) {
  const std::size_t gap = rows.size() / gaps_of_a_shard + 1;
  std::vector<Stretch> found;
  for (const std::size_t row : rows) {
    if (found.empty() || row - found.back().end() > gap) {
      found.push_back({row, 1});
    } else {
      found.back().count = row + 1 - found.back().first;
    }
  }
  return found;
}

std::span<std::byte> bytes_of(std::vector<std::uint64_t>& numbers) {
  return std::as_writable_bytes(std::span<std::uint64_t>(numbers));
}

/// Numbers of local rows as a data set of their own.
Rows to_rows(const std::string& where, const Shard& shard, std::vector<std::uint64_t> numbers) {
  Rows rows(where, hdf5::ElementType::u64, {}, shard.first_row, numbers.size());
  std::ranges::copy(bytes_of(numbers), rows.bytes().begin());
  return rows;
}

}  // namespace

ChosenDatasets::ChosenDatasets(const mpi::Communicator& communicator, Datasets& base, RowSet chosen,
                               ChosenTrajectories trajectories)
    : Datasets(communicator),
      base_(&base),
      chosen_(std::move(chosen)),
      count_(chosen_.count()),
      trajectories_(std::move(trajectories)) {}

std::string ChosenDatasets::sequences_of(const std::string& dataset) const {
  const std::string ending = lengths_of("");
  if (!dataset.ends_with(ending)) {
    return "";
  }
  std::string sequences = dataset.substr(0, dataset.size() - ending.size());
  return base_->has(sequences) && base_->shape(sequences).has_lengths ? sequences : "";
}

bool ChosenDatasets::has(const std::string& dataset) const {
  if (is_trajectories(dataset) || !sequences_of(dataset).empty()) {
    return true;
  }
  // Offsets of the base are those of all rows: the lengths say the same of the chosen ones.
  const std::string ending = offsets_of("");
  return !(dataset.ends_with(ending) &&
           base_->has(dataset.substr(0, dataset.size() - ending.size()))) &&
         base_->has(dataset);
}

void ChosenDatasets::expect_labels(const std::string& dataset,
                                   const std::vector<std::string>& classes) {
  forget_shapes();
  base_->expect_labels(dataset, classes);
}

std::vector<std::string> ChosenDatasets::text_classes(const std::string& dataset) const {
  return base_->text_classes(dataset);
}

std::size_t ChosenDatasets::class_count_of_all(const std::string& dataset) {
  const Blocks blocks(base_->shape(dataset).rows);
  return class_count(communicator(), base_->load(dataset, blocks.shard(communicator().rank(),
                                                                       communicator().size())));
}

void ChosenDatasets::require_rows(const DatasetShape& shape) const {
  if (shape.rows != chosen_.rows()) {
    throw DataError(
        fmt::format("{} has {} rows, and the rows are chosen from {}; each row must be the same "
                    "sample in every data set",
                    shape.where, shape.rows, chosen_.rows()));
  }
}

DatasetShape ChosenDatasets::stored_shape(const std::string& dataset) {
  if (is_trajectories(dataset)) {
    return {dataset, hdf5::ElementType::u64, trajectories_.lengths.size(), {}, 1};
  }
  if (const std::string sequences = sequences_of(dataset); !sequences.empty()) {
    return {dataset, hdf5::ElementType::u64, count_, {}, 1};
  }
  DatasetShape shape = base_->shape(dataset);
  require_rows(shape);
  shape.rows = count_;
  shape.has_lengths = false;  // as they are stored here; what has() finds says it
  shape.total_steps = 0;
  return shape;
}

Rows ChosenDatasets::load_stored(const std::string& dataset, const Shard& shard) {
  if (is_trajectories(dataset)) {
    const auto first = trajectories_.lengths.begin() + static_cast<std::ptrdiff_t>(shard.first_row);
    return to_rows(dataset, shard, {first, first + static_cast<std::ptrdiff_t>(shard.row_count)});
  }
  const auto wanted = chosen_.numbers(shard.first_row, shard.row_count);
  const auto pieces = stretches_around(wanted);
  const auto loads =
      static_cast<std::size_t>(communicator().max(std::uint64_t{pieces.size()}));  // by all ranks
  const std::string sequences = sequences_of(dataset);
  const DatasetShape shape = stored_shape(dataset);
  std::optional<Rows> rows;
  mpi::together(communicator(), [&] {
    rows.emplace(shape.where, shape.type, shape.trailing, shard.first_row, wanted.size());
  });
  auto next = wanted.begin();
  std::size_t done = 0;
  for (std::size_t k = 0; k < loads; ++k) {
    const Stretch piece = k < pieces.size() ? pieces[k] : Stretch{};
    std::vector<std::size_t> local;
    for (; next != wanted.end() && *next < piece.end(); ++next) {
      local.push_back(*next - piece.first);
    }
    const Shard from{0, 0, piece.first, piece.count};
    const auto out =
        rows->bytes().subspan(done * rows->row_bytes(), local.size() * rows->row_bytes());
    if (sequences.empty()) {
      base_->load(dataset, from).copy(local, out);
    } else {
      const auto lengths = base_->load_lengths(sequences, from);
      std::vector<std::uint64_t> numbers(local.size());
      std::ranges::transform(local, numbers.begin(),
                             [&](std::size_t row) { return std::uint64_t{lengths[row]}; });
      std::ranges::copy(bytes_of(numbers), out.begin());
    }
    done += local.size();
  }
  return std::move(*rows);
}

}  // namespace infomax::data

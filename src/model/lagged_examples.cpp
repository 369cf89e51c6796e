// SPDX-License-Identifier: BSD-3-Clause
#include "model/lagged_examples.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/data/held_out_pairs.hpp"
#include "infomax/data/stretches.hpp"
#include "infomax/data/trajectories.hpp"
#include "infomax/model/trajectory_lengths.hpp"

namespace infomax::model {
namespace {

/// The pairs of a file's trajectories.
data::LaggedPairs find_pairs(data::Datasets& opened, const data::DatasetShape& x,
                             const PairSettings& settings) {
  auto lengths = trajectory_lengths(opened, x, settings);
  try {
    return {std::move(lengths), settings.lag};
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("{}: {}", x.where, error.what()));
  }
}

/// The rows of consecutive pairs, from the first one's start to the last one's end.
data::Stretch rows_of(const data::LaggedPairs& pairs, const data::Stretch& of) {
  const std::size_t first = pairs.row(of.first);
  return {first, pairs.row(of.end() - 1) + pairs.lag() + 1 - first};
}

/// A rank holds the rows of its pairs. The last `lag` rows of a stretch that goes on at its
/// neighbour are the neighbour's too. All ranks together use the rows `used` of the data set.
Examples load_pairs(const mpi::Communicator& communicator, data::Datasets& opened,
                    const PairSettings& settings, const data::LaggedPairs& pairs,
                    const std::vector<data::Stretch>& chosen, std::vector<data::Stretch> used,
                    std::size_t block_count) {
  const std::size_t count = data::total(chosen);
  const data::Blocks blocks =
      block_count == 0 ? data::Blocks(count) : data::Blocks(count, block_count);
  const data::Shard shard = blocks.shard(communicator.rank(), communicator.size());
  std::vector<data::Stretch> held;
  std::vector<std::size_t> starts;
  starts.reserve(shard.row_count);
  for (const data::Stretch& piece : data::cut(chosen, shard.first_row, shard.row_count)) {
    data::append(held, rows_of(pairs, piece));
    const std::size_t before = data::total(held) - held.back().count;
    for (std::size_t pair = piece.first; pair < piece.end(); ++pair) {
      starts.push_back(before + pairs.row(pair) - held.back().first);
    }
  }
  return {blocks,
          shard,
          data::load_stretches(communicator, opened, settings.x_path, held),
          {},
          SampleIndex(std::move(starts), pairs.lag() + 1, std::move(used))};
}

/// The rows that the pairs use. Rows before the first pair that are none's count with it.
std::vector<data::Stretch> used_by(const data::LaggedPairs& pairs,
                                   const std::vector<data::Stretch>& chosen) {
  std::vector<data::Stretch> used;
  for (const data::Stretch& stretch : chosen) {
    const data::Stretch rows = rows_of(pairs, stretch);
    data::append(used, stretch.first == 0 ? data::Stretch{0, rows.end()} : rows);
  }
  return used;
}

}  // namespace

SplitExamples load_lagged(const mpi::Communicator& communicator, data::Datasets& opened,
                          const data::DatasetShape& x, const PairSettings& settings,
                          std::size_t block_count, const HoldOut& hold_out) {
  const auto pairs = find_pairs(opened, x, settings);
  if (pairs.count() < 2) {
    throw UsageError(
        fmt::format("`lag` {} leaves {} one pair of rows only, and a dependence needs two or more; "
                    "give a smaller lag or longer trajectories",
                    settings.lag, x.where));
  }
  if (hold_out.fraction == 0.0) {
    return {load_pairs(communicator, opened, settings, pairs, {{0, pairs.count()}}, {{0, x.rows}},
                       block_count),
            std::nullopt, std::nullopt};
  }
  const std::size_t stretches =
      hold_out.stretches ? *hold_out.stretches : data::default_stretches(pairs, hold_out.fraction);
  const auto split =
      stretches == 0 ? data::hold_out_last(pairs, hold_out.fraction)
                     : data::hold_out_stretches(pairs, hold_out.fraction, stretches, hold_out.seed);
  auto training = load_pairs(communicator, opened, settings, pairs, split.training,
                             used_by(pairs, split.training), block_count);
  auto held_out = load_pairs(communicator, opened, settings, pairs, split.held_out,
                             used_by(pairs, split.held_out), 0);
  return {std::move(training), std::move(held_out), stretches};
}

}  // namespace infomax::model

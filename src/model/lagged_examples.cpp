// SPDX-License-Identifier: BSD-3-Clause
#include "model/lagged_examples.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/data/trajectories.hpp"

namespace infomax::model {
namespace {

/// Consecutive pairs.
struct Range {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// The pairs of a file's trajectories: those that /lengths says, or one of all rows.
data::LaggedPairs find_pairs(data::Datasets& opened, const data::DatasetShape& x,
                             const PairSettings& settings) {
  const auto pair_up = [&](std::vector<std::size_t> lengths) -> data::LaggedPairs {
    try {
      return {std::move(lengths), settings.lag};
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("{}: {}", x.where, error.what()));
    }
  };
  if (!opened.has(settings.lengths_path)) {
    return pair_up({x.rows});
  }
  const auto shape = opened.shape(settings.lengths_path);
  if (shape.features != 1 || !hdf5::is_integer(shape.type)) {
    throw DataError(
        fmt::format("{} must be one column of integers, the rows of each trajectory", shape.where));
  }
  // A few numbers, which every rank needs all of.
  const auto stored = opened.load(settings.lengths_path, {0, 0, 0, shape.rows});
  std::vector<std::size_t> lengths;
  std::size_t total = 0;
  stored.with_elements([&](auto elements) {
    for (const auto length : elements) {
      if (!(static_cast<double>(length) >= 0.0)) {
        throw DataError(fmt::format("{} has the length {} at row {}; lengths are 0 or more",
                                    shape.where, length, lengths.size()));
      }
      lengths.push_back(static_cast<std::size_t>(length));
      // A sum that overflowed could be that of the rows.
      constexpr auto most = std::numeric_limits<std::size_t>::max();
      total = lengths.back() > most - total ? most : total + lengths.back();
    }
  });
  if (total != x.rows) {
    throw DataError(
        fmt::format("{} adds up to {} rows, and {} has {}; correct it, or name others by `lengths`",
                    shape.where, total, x.where, x.rows));
  }
  return pair_up(std::move(lengths));
}

/// A rank holds the rows from its first pair's start to its last one's end, of which the last `lag`
/// are its neighbour's too. All ranks together use the first `rows_used` rows of the data set.
Examples load_range(const mpi::Communicator& communicator, data::Datasets& opened,
                    const PairSettings& settings, const data::LaggedPairs& pairs,
                    const Range& range, std::size_t rows_used, std::size_t block_count) {
  const data::Blocks blocks =
      block_count == 0 ? data::Blocks(range.count) : data::Blocks(range.count, block_count);
  const data::Shard shard = blocks.shard(communicator.rank(), communicator.size());
  data::Shard held{shard.first_block, shard.block_count, 0, 0};
  std::vector<std::size_t> starts(shard.row_count);
  if (shard.row_count > 0) {
    const std::size_t first = range.first + shard.first_row;
    held.first_row = pairs.row(first);
    held.row_count = pairs.row(first + shard.row_count - 1) + pairs.lag() + 1 - held.first_row;
    for (std::size_t i = 0; i < starts.size(); ++i) {
      starts[i] = pairs.row(first + i) - held.first_row;
    }
  }
  return {blocks,
          shard,
          std::make_shared<data::Rows>(opened.load(settings.x_path, held)),
          {},
          SampleIndex(std::move(starts), pairs.lag() + 1, rows_used)};
}

/// The held-out pairs: the last ones.
Range last_of(const data::LaggedPairs& pairs, double fraction) {
  const std::size_t all = pairs.count();
  const auto share = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(all)));
  const std::size_t count = std::clamp<std::size_t>(share, 1, all);
  return {all - count, count};
}

/// The pairs before that share no row with them.
Range before(const data::LaggedPairs& pairs, const Range& held_out) {
  std::size_t count = held_out.first;
  while (count > 0 && pairs.row(count - 1) + pairs.lag() >= pairs.row(held_out.first)) {
    --count;
  }
  return {0, count};
}

}  // namespace

SplitExamples load_lagged(const mpi::Communicator& communicator, data::Datasets& opened,
                          const data::DatasetShape& x, const PairSettings& settings,
                          std::size_t block_count, double fraction) {
  const auto pairs = find_pairs(opened, x, settings);
  if (pairs.count() < 2) {
    throw UsageError(
        fmt::format("`lag` {} leaves {} one pair of rows only, and a dependence needs two or more; "
                    "give a smaller lag or longer trajectories",
                    settings.lag, x.where));
  }
  if (fraction == 0.0) {
    return {
        load_range(communicator, opened, settings, pairs, {0, pairs.count()}, x.rows, block_count),
        std::nullopt};
  }
  const Range last = last_of(pairs, fraction);
  const Range first = before(pairs, last);
  if (first.count < 2 || last.count < 2) {
    throw UsageError(fmt::format(
        "`validation` {} leaves {} of {} pairs to train on and {} to validate on; each needs two",
        fraction, first.count, pairs.count(), last.count));
  }
  const std::size_t rows_used = pairs.row(first.count - 1) + pairs.lag() + 1;
  auto training = load_range(communicator, opened, settings, pairs, first, rows_used, block_count);
  auto held_out = load_range(communicator, opened, settings, pairs, last, x.rows, 0);
  return {std::move(training), std::move(held_out)};
}

}  // namespace infomax::model

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/held_out_pairs.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"
#include "infomax/data/blocks.hpp"

namespace infomax::data {
namespace {

constexpr std::size_t most_default_stretches = 10;
constexpr std::size_t fewest_of_whole_trajectories = 5;

/// The numbers of the stretches' places, among all that are drawn to hold samples out.
constexpr std::uint64_t places = 1;

/// The pairs to hold out.
std::size_t share_of(const LaggedPairs& pairs, double fraction) {
  if (!(fraction > 0.0 && fraction < 1.0)) {
    throw UsageError(fmt::format(
        "`validation` is {}; it must be a share of the pairs between 0 and 1, or a file",
        fraction));
  }
  const auto share =
      static_cast<std::size_t>(std::llround(fraction * static_cast<double>(pairs.count())));
  return std::clamp<std::size_t>(share, 1, pairs.count());
}

/// Whether stretches, and the space between them, hold the longest trajectory.
bool hold_whole_trajectories(const LaggedPairs& pairs, std::size_t held_out,
                             std::size_t stretches) {
  const std::size_t longest = pairs.longest();
  const std::size_t most = (held_out + stretches - 1) / stretches;
  return held_out / stretches >= longest && pairs.count() / stretches >= most + longest;
}

/// The number of the first pair of a trajectory that is nearest to `pair`, which may be n.
std::size_t nearest_end(const LaggedPairs& pairs, std::size_t pair) {
  if (pair == pairs.count()) {
    return pair;
  }
  const Stretch trajectory = pairs.trajectory(pair);
  return pair - trajectory.first <= trajectory.end() - pair ? trajectory.first : trajectory.end();
}

/// The pairs that share no row with the held-out ones.
std::vector<Stretch> others(const LaggedPairs& pairs, const std::vector<Stretch>& held_out) {
  std::vector<Stretch> result;
  std::size_t next = 0;  // the first pair that may be one
  const auto add_until = [&](std::size_t end) {
    if (end > next) {
      append(result, {next, end - next});
    }
  };
  for (const Stretch& stretch : held_out) {
    const std::size_t begin = pairs.trajectory(stretch.first).first;
    add_until(stretch.first > begin + pairs.lag() ? stretch.first - pairs.lag() : begin);
    next = std::min(pairs.trajectory(stretch.end() - 1).end(), stretch.end() + pairs.lag());
  }
  add_until(pairs.count());
  return result;
}

PairSplit split(const LaggedPairs& pairs, double fraction, std::vector<Stretch> held_out) {
  PairSplit result{others(pairs, held_out), std::move(held_out)};
  const std::size_t kept = total(result.training);
  const std::size_t taken = total(result.held_out);
  if (kept < 2 || taken < 2) {
    throw UsageError(fmt::format(
        "`validation` {} leaves {} of {} pairs to train on and {} to validate on, without those "
        "that straddle a border; each needs two. Give another share, fewer `validation_blocks` or "
        "a smaller `lag`",
        fraction, kept, pairs.count(), taken));
  }
  return result;
}

}  // namespace

std::size_t default_stretches(const LaggedPairs& pairs, double fraction) {
  const std::size_t held_out = share_of(pairs, fraction);
  for (std::size_t k = most_default_stretches; k >= fewest_of_whole_trajectories; --k) {
    if (hold_whole_trajectories(pairs, held_out, k)) {
      return k;
    }
  }
  const std::size_t fewer = std::min(held_out, pairs.count() - held_out);
  return std::clamp<std::size_t>(fewer / (2 * pairs.lag()), 1, most_default_stretches);
}

PairSplit hold_out_stretches(const LaggedPairs& pairs, double fraction, std::size_t stretches,
                             std::uint64_t seed) {
  const std::size_t taken = share_of(pairs, fraction);
  if (stretches == 0 || stretches > taken) {
    throw UsageError(fmt::format(
        "`validation_blocks` is {}, and `validation` {} takes {} pairs; give 1 to {} blocks",
        stretches, fraction, taken, taken));
  }
  const Blocks segments(pairs.count(), stretches);
  const Blocks lengths(taken, stretches);
  const bool whole = hold_whole_trajectories(pairs, taken, stretches);
  std::vector<Stretch> held_out;
  for (std::size_t k = 0; k < stretches; ++k) {
    const std::size_t length = lengths.rows_of(k);
    // With many short segments, one may be no longer than its stretch.
    const std::size_t places_left = segments.rows_of(k) - std::min(segments.rows_of(k), length) + 1;
    const CounterRandom random(seed, RandomStream::held_out, places, k);
    std::size_t first = segments.first_row(k) + random.below(places_left, 0);
    std::size_t end = std::min(first + length, pairs.count());
    if (whole) {
      first = nearest_end(pairs, first);
      end = nearest_end(pairs, end);
    }
    append(held_out, {first, end - first});
  }
  return split(pairs, fraction, std::move(held_out));
}

PairSplit hold_out_last(const LaggedPairs& pairs, double fraction) {
  const std::size_t taken = share_of(pairs, fraction);
  return split(pairs, fraction, {{pairs.count() - taken, taken}});
}

}  // namespace infomax::data

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "infomax/data/stretches.hpp"
#include "infomax/data/trajectories.hpp"

/// @file
/// n lagged pairs, of which a share is held out in K stretches along the trajectories. Neighbouring
/// pairs share rows and are alike, so pairs that were chosen one by one would say of the model what
/// it was trained on; and a single stretch, such as the end, may lack the slow changes that the
/// model is to find.

namespace infomax::data {

/// Pairs to train on and pairs that are held out. No row belongs to a pair of either kind.
struct PairSplit {
  std::vector<Stretch> training;  ///< ascending, disjoint
  std::vector<Stretch> held_out;  ///< ascending, disjoint
};

/// The default K: 10; or fewer, so that the pairs that straddle borders are no more than the fewer
/// of the held-out and the other pairs. Where 5 to 10 stretches can each be as long as the longest
/// trajectory, and so the space between them, it is the most that can.
[[nodiscard]] std::size_t default_stretches(const LaggedPairs& pairs, double fraction);

/// Cuts the pairs, trajectory after trajectory, into K equal segments and holds out `fraction` of
/// each, one stretch at a place that depends on (seed, K) alone. Where stretches and the space
/// between them are as long as the longest trajectory or longer, their ends move to the nearest
/// ends of trajectories: whole trajectories are held out then, and no pair is lost. Elsewhere the
/// `lag` pairs before and after a stretch, which straddle its borders, are neither trained on nor
/// held out. Throws UsageError unless 0 < fraction < 1 and two pairs remain of either kind.
[[nodiscard]] PairSplit hold_out_stretches(const LaggedPairs& pairs, double fraction,
                                           std::size_t stretches, std::uint64_t seed);

/// Holds out the last pairs alone, as version 0.1 did; for runs that began with it. Throws as
/// hold_out_stretches().
[[nodiscard]] PairSplit hold_out_last(const LaggedPairs& pairs, double fraction);

}  // namespace infomax::data

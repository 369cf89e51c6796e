// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "infomax/core/random.hpp"

// M pieces of trajectories, of which a bootstrap draws M with replacement.
namespace infomax::analysis {

/// How often each of the M pieces is drawn [M]. `random` is of one drawing.
inline std::vector<double> draw_pieces(std::size_t pieces, const CounterRandom& random) {
  std::vector<double> counts(pieces, 0.0);
  for (std::size_t i = 0; i < pieces; ++i) {
    counts[random.below(pieces, i)] += 1.0;
  }
  return counts;
}

/// The number that a share of sorted ones are no larger than.
inline double at_share(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(
      std::lround(share * static_cast<double>(sorted.size() - 1)))];
}

}  // namespace infomax::analysis

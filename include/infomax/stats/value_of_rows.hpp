// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

namespace infomax::stats {

/// A number that is computed from the rows of all ranks, and what each row does to it. Where row i
/// had the weight w_i instead of 1/N, all weights adding up to 1, the number would be, to first
/// order, value + sum_i w_i influence_i. The mean of the influence over all rows is 0, and the
/// number's standard error is the deviation of the influence divided by sqrt(N) (Hampel 1974).
struct ValueOfRows {
  double value = 0.0;             ///< the same on every rank
  std::vector<double> influence;  ///< [B], of the local rows
};

}  // namespace infomax::stats

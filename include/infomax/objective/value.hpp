// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace infomax::objective {

/// Numbers of a report, by name.
using Parts = std::vector<std::pair<std::string, double>>;

/// What an objective is over the whole global batch. Entropies in nats.
struct Value {
  double objective = 0.0;   ///< J, which is maximised
  double dependence = 0.0;  ///< its part that measures how a and b depend on each other
  double entropy_a = 0.0;   ///< mean over columns
  double entropy_b = 0.0;
  std::uint64_t samples = 0;  ///< N, global rows
  Parts parts;                ///< what this objective adds
};

}  // namespace infomax::objective

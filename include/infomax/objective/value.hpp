// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace infomax::objective {

/// Numbers that an objective reports besides its value, by name.
using Figures = std::vector<std::pair<std::string, double>>;

/// The value of an objective over the whole global batch. Entropies are in nats.
struct Value {
  double objective = 0.0;     ///< J, which is maximised
  double dependence = 0.0;    ///< J without its terms of entropy
  double entropy_a = 0.0;     ///< mean over columns
  double entropy_b = 0.0;     ///< mean over columns
  std::uint64_t samples = 0;  ///< N, global rows
  Figures figures;            ///< further numbers that this objective reports
};

}  // namespace infomax::objective

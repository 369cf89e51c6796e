// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

#include "infomax/data/stretches.hpp"

namespace infomax::data {

/// One or many trajectories laid end to end, and the pairs of rows (t, t + lag) within them.
class LaggedPairs {
 public:
  /// `lengths` are the trajectories' numbers of rows. Throws UsageError where lag is 0 or leaves no
  /// pair.
  LaggedPairs(std::vector<std::size_t> lengths, std::size_t lag);

  [[nodiscard]] std::size_t lag() const { return lag_; }  ///< in rows, 1 or more

  /// Pairs of all trajectories together.
  [[nodiscard]] std::size_t count() const { return first_pair_.back(); }

  /// The row t of pair k; pairs are in the order of their rows.
  [[nodiscard]] std::size_t row(std::size_t pair) const;

  /// The pairs of the trajectory that pair k belongs to.
  [[nodiscard]] Stretch trajectory(std::size_t pair) const;

  /// The pairs of the longest trajectory.
  [[nodiscard]] std::size_t longest() const;

 private:
  [[nodiscard]] std::size_t number_of_trajectory(std::size_t pair) const;

  std::size_t lag_;
  std::vector<std::size_t> first_row_;   // [trajectories with pairs]
  std::vector<std::size_t> first_pair_;  // [trajectories with pairs + 1]
};

}  // namespace infomax::data

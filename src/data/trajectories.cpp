// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/trajectories.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::data {

LaggedPairs::LaggedPairs(std::vector<std::size_t> lengths, std::size_t lag)
    : lag_(lag), first_pair_{0} {
  if (lag == 0) {
    throw UsageError("`lag` is 0; it must be 1 or more");
  }
  std::size_t first_row = 0;
  for (const std::size_t length : lengths) {
    if (length > lag) {
      first_row_.push_back(first_row);
      first_pair_.push_back(first_pair_.back() + length - lag);
    }
    first_row += length;
  }
  if (count() == 0) {
    throw UsageError(fmt::format(
        "`lag` is {}, and no trajectory is longer; give a smaller lag or longer ones", lag));
  }
}

std::size_t LaggedPairs::number_of_trajectory(std::size_t pair) const {
  assert(pair < count());
  const auto after = std::ranges::upper_bound(first_pair_, pair);
  return static_cast<std::size_t>(after - first_pair_.begin()) - 1;
}

std::size_t LaggedPairs::row(std::size_t pair) const {
  const std::size_t trajectory = number_of_trajectory(pair);
  return first_row_[trajectory] + pair - first_pair_[trajectory];
}

Stretch LaggedPairs::trajectory(std::size_t pair) const {
  const std::size_t number = number_of_trajectory(pair);
  return {first_pair_[number], first_pair_[number + 1] - first_pair_[number]};
}

std::size_t LaggedPairs::longest() const {
  std::size_t most = 0;
  for (std::size_t k = 0; k + 1 < first_pair_.size(); ++k) {
    most = std::max(most, first_pair_[k + 1] - first_pair_[k]);
  }
  return most;
}

}  // namespace infomax::data

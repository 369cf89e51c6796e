// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/steps.hpp"

#include <algorithm>

namespace infomax::nn {

std::size_t Steps::of(const Pass& pass, std::size_t row) const {
  if (pass.lengths.empty()) {
    return most_;
  }
  std::size_t steps = pass.lengths[row];
  for (const Window& window : windows_) {
    steps = window.positions(steps);
  }
  return std::min(steps, most_);
}

Steps Steps::after_window(std::size_t size, std::size_t stride, std::size_t pad) const {
  Steps after = *this;
  after.windows_.push_back({size, stride, pad});
  after.most_ = after.windows_.back().positions(most_);
  after.reversed_ = 0;
  return after;
}

Steps Steps::with_reversed(std::size_t features) const {
  Steps same = *this;
  same.reversed_ = features;
  return same;
}

}  // namespace infomax::nn

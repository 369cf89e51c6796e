// SPDX-License-Identifier: BSD-3-Clause
#include "nn/packed_steps.hpp"

#include <algorithm>
#include <numeric>

namespace infomax::nn {

void PackedSteps::pack(const Steps& steps, const Pass& pass, std::size_t rows, bool backwards) {
  backwards_ = backwards;
  lengths_.resize(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    lengths_[i] = steps.of(pass, i);
  }
  order_.resize(rows);
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  // Samples of one length keep their order, so that the result depends on these samples alone.
  std::ranges::sort(order_, [this](std::size_t one, std::size_t other) {
    return lengths_[one] != lengths_[other] ? lengths_[one] > lengths_[other] : one < other;
  });
  counts_.clear();
  firsts_.clear();
  total_ = 0;
  std::size_t count = rows;
  const std::size_t longest = rows == 0 ? 0 : lengths_[order_.front()];
  for (std::size_t t = 0; t < longest; ++t) {
    while (lengths_[order_[count - 1]] <= t) {
      --count;
    }
    counts_.push_back(count);
    firsts_.push_back(total_);
    total_ += count;
  }
}

}  // namespace infomax::nn

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

#include "infomax/core/random.hpp"

namespace infomax::nn {

/// Draws the initial weights of a convolution uniformly, as Glorot and Bengio 2010 have it, and
/// sets what follows them, the bias, to 0. The fans count the inputs and outputs of a filter.
template <class T>
void start_convolution(const CounterRandom& random, std::size_t fan_in, std::size_t fan_out,
                       std::span<T> weight, std::span<T> bias) {
  const double limit = std::sqrt(6.0 / static_cast<double>(fan_in + fan_out));
  for (std::size_t i = 0; i < weight.size(); ++i) {
    weight[i] = static_cast<T>(limit * (2.0 * random.uniform(i) - 1.0));
  }
  std::ranges::fill(bias, T{0});
}

}  // namespace infomax::nn

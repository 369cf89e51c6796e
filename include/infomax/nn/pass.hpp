// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>

namespace infomax::nn {

/// The facts of a pass that layers may need besides parameters and rows.
struct Pass {
  bool training = false;  ///< dropout drops, batch normalisation takes the batch's own statistics
  std::uint64_t key = 0;  ///< of a training pass's random numbers: its seed, epoch, step and side
  std::span<const std::uint64_t> samples = {};  ///< the global number of each row; of training
  /// Steps of each row's sequence where the network's input is a sequence [T,F]: 0 to T. The steps
  /// after them are padding: 0 in the input, and of no effect on values and gradients. Empty where
  /// every row has T steps.
  std::span<const std::uint32_t> lengths = {};

  /// Returns the same pass for its rows [first, first + count).
  [[nodiscard]] Pass rows(std::size_t first, std::size_t count) const {
    return {training, key, samples.empty() ? samples : samples.subspan(first, count),
            lengths.empty() ? lengths : lengths.subspan(first, count)};
  }
};

}  // namespace infomax::nn

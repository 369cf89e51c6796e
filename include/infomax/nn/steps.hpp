// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

#include "infomax/nn/pass.hpp"

namespace infomax::nn {

/// How many steps the sequences have at one place of a network. A value there is [T,F], step by
/// step, and the steps of a sample after its own are padding: their numbers are unspecified, what
/// reads steps ignores them, and their derivatives are 0.
class Steps {
 public:
  Steps() = default;
  /// Of the network's input, or of what becomes a sequence: T is `most`.
  explicit Steps(std::size_t most) : most_(most) {}

  [[nodiscard]] std::size_t most() const { return most_; }  ///< T

  /// The steps of a row of a pass: 0 to most().
  [[nodiscard]] std::size_t of(const Pass& pass, std::size_t row) const;

  /// The steps that are left when a window of `size` steps moves by `stride`, with `pad` steps of
  /// padding on either side: floor((L + 2 pad - size) / stride) + 1 of L.
  [[nodiscard]] Steps after_window(std::size_t size, std::size_t stride, std::size_t pad) const;

  /// The last so many features run from the last step to the first, as the second half of what
  /// bidirectional(...) makes: their last step is the first in time.
  [[nodiscard]] std::size_t reversed() const { return reversed_; }
  /// The same steps with so many reversed features.
  [[nodiscard]] Steps with_reversed(std::size_t features) const;

 private:
  struct Window {
    std::size_t size = 1;
    std::size_t stride = 1;
    std::size_t pad = 0;

    [[nodiscard]] std::size_t positions(std::size_t steps) const {
      return steps == 0 || steps + 2 * pad < size ? 0 : (steps + 2 * pad - size) / stride + 1;
    }
  };

  std::size_t most_ = 0;
  std::size_t reversed_ = 0;
  std::vector<Window> windows_;  // between the network's input and here
};

}  // namespace infomax::nn

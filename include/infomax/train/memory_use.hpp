// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>

namespace infomax::train {

/// What a rank holds in a training, in bytes.
struct MemoryUse {
  std::size_t process = 0;     ///< program, libraries and their buffers, before any row
  std::size_t rows = 0;        ///< of the shards of training and validation, in the file's type
  std::size_t batch = 0;       ///< of inputs, activations, outputs and their gradients
  std::size_t statistics = 0;  ///< of the objective: sums over the batch, what is made of them
  std::size_t parameters = 0;  ///< with gradient, optimiser's state and a checkpoint, at most
  std::size_t start = 0;       ///< of the linear start, before there is a batch
  std::size_t validation = 0;  ///< of batch and statistics of the held-out samples

  /// What is allocated after the rows are loaded, at most at one time.
  [[nodiscard]] std::size_t to_come() const {
    return parameters + std::max(start, batch + statistics + validation);
  }
  /// The most that the process holds at one time.
  [[nodiscard]] std::size_t peak() const { return process + rows + to_come(); }
};

}  // namespace infomax::train

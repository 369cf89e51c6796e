// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/nn/steps.hpp"

namespace infomax::nn {

/// The steps of several sequences as one matrix without padding: first the first step of every
/// sequence, then the second of those that have one, and so on. Sequences come by length, the
/// longest first, so that the rows of a step continue the first rows of the step before.
class PackedSteps {
 public:
  /// For the rows of a pass. `backwards` counts the steps of each sequence from its last. It reuses
  /// the memory of the packing before.
  void pack(const Steps& steps, const Pass& pass, std::size_t rows, bool backwards);

  [[nodiscard]] std::size_t steps() const { return counts_.size(); }  ///< of the longest
  [[nodiscard]] std::size_t total() const { return total_; }          ///< rows of the matrix
  /// Sequences that have step t, counted from 0.
  [[nodiscard]] std::size_t count(std::size_t t) const { return counts_[t]; }
  /// The first row of step t.
  [[nodiscard]] std::size_t first(std::size_t t) const { return firsts_[t]; }
  /// Whether all sequences that have a step have all steps.
  [[nodiscard]] bool even() const { return counts_.empty() || counts_.front() == counts_.back(); }

  /// Copies the steps of samples [B, T * F] to rows [total, F] of the matrix.
  template <class T>
  void gather(MatrixView<const T> samples, MatrixView<T> packed) const {
    for_each_row(packed, [&](std::size_t sample, std::size_t step, std::size_t row) {
      const T* const from = samples.row(sample).data() + step * packed.columns();
      std::copy_n(from, packed.columns(), packed.row(row).data());
    });
  }

  /// The inverse of gather(); the padding of the samples becomes 0.
  template <class T>
  void scatter(MatrixView<const T> packed, MatrixView<T> samples) const {
    for (std::size_t i = 0; i < samples.rows(); ++i) {
      const std::size_t used = lengths_[i] * packed.columns();
      std::fill(samples.row(i).begin() + static_cast<std::ptrdiff_t>(used), samples.row(i).end(),
                T{0});
    }
    for_each_row(packed, [&](std::size_t sample, std::size_t step, std::size_t row) {
      std::copy_n(packed.row(row).data(), packed.columns(),
                  samples.row(sample).data() + step * packed.columns());
    });
  }

 private:
  template <class T, class Each>
  void for_each_row(MatrixView<T> /*packed*/, const Each& each) const {
    for (std::size_t t = 0; t < counts_.size(); ++t) {
      for (std::size_t k = 0; k < counts_[t]; ++k) {
        const std::size_t sample = order_[k];
        each(sample, backwards_ ? lengths_[sample] - 1 - t : t, firsts_[t] + k);
      }
    }
  }

  bool backwards_ = false;
  std::size_t total_ = 0;
  std::vector<std::size_t> lengths_;  // of each sample
  std::vector<std::size_t> order_;    // samples, the longest first
  std::vector<std::size_t> counts_;   // of each step
  std::vector<std::size_t> firsts_;   // of each step
};

}  // namespace infomax::nn

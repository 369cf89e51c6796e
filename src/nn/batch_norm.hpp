// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include "nn/stage.hpp"

namespace infomax::nn {

/// What batch normalisation needs to know of a batch as a whole, wherever its rows are; n columns.
struct BatchStatistics {
  double rows = 0.0;               // N
  Buffer<double> mean;             // [n] of x
  Buffer<double> variance;         // [n] of x, biased
  Buffer<double> mean_dy;          // [n]
  Buffer<double> mean_dy_product;  // [n] of dy times the normalised x

  explicit BatchStatistics(std::size_t columns)
      : mean(columns), variance(columns), mean_dy(columns), mean_dy_product(columns) {}
};

/// Batch normalisation (Ioffe and Szegedy 2015): y = (x - m) / sqrt(v + 1e-5) * scale + shift, by
/// column, with m and v the mean and biased variance of x over the whole global batch in training,
/// and running averages of those otherwise. Parameters: scale, shift, running mean, running
/// variance, [n] each; the running ones have no gradient.
///
/// Sums over a batch are made in parts, of rows and of ranks, so they pass through the caller.
template <math::Real T>
class BatchNorm final : public Stage<T> {
 public:
  BatchNorm(std::size_t width, std::size_t offset);

  [[nodiscard]] double gemm_flops() const override { return 0.0; }
  void initialize(std::uint64_t seed, std::uint64_t network, std::uint64_t layer,
                  std::span<T> parameters) const override;

  /// By the running averages; evaluation alone.
  void forward(std::span<const T> parameters, MatrixView<const T> x, MatrixView<T> y,
               const Pass& pass) const override;
  /// Throws std::logic_error: there is no way back from evaluation.
  void backward(std::span<const T> parameters, MatrixView<const T> x, MatrixView<const T> y,
                MatrixView<T> dy, MatrixView<T> dx, std::span<T> gradient,
                const Pass& pass) const override;

  /// Doubles that add_sums and add_gradient_sums add to, at most.
  [[nodiscard]] std::size_t sum_count() const { return 1 + 2 * this->inputs(); }

  // Training, in this order; sums [sum_count()] start at zero and are added over rows and ranks.
  void add_sums(std::span<const T> parameters, MatrixView<const T> x, std::span<double> sums) const;
  void set_moments(std::span<const T> parameters, std::span<const double> sums,
                   BatchStatistics& statistics) const;
  void forward(std::span<const T> parameters, MatrixView<const T> x, MatrixView<T> y,
               const BatchStatistics& statistics) const;
  void add_gradient_sums(MatrixView<const T> x, MatrixView<const T> dy,
                         const BatchStatistics& statistics, std::span<double> sums) const;
  void set_gradient_means(std::span<const double> sums, BatchStatistics& statistics) const;
  void backward(std::span<const T> parameters, MatrixView<const T> x, MatrixView<const T> dy,
                MatrixView<T> dx, std::span<T> gradient, const BatchStatistics& statistics) const;

  /// Moves the running averages by `share` of the way to these moments.
  void remember(std::span<const double> mean, std::span<const double> variance, double share,
                std::span<T> parameters) const;

 private:
  /// The k-th of the four parts of the parameters.
  template <class U>
  [[nodiscard]] std::span<U> part(std::span<U> parameters, std::size_t k) const {
    return parameters.subspan(k * this->inputs(), this->inputs());
  }
};

}  // namespace infomax::nn

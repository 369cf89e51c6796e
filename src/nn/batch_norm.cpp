// SPDX-License-Identifier: BSD-3-Clause
#include "nn/batch_norm.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "infomax/math/elementwise.hpp"

// B rows, n columns.
namespace infomax::nn {
namespace {

enum Part : std::size_t { scale, shift, running_mean, running_variance, parts };

/// Keeps a constant column finite (the value of the paper's authors and of most libraries).
constexpr double smallest_variance = 1e-5;

double inverse_deviation(double variance) { return 1.0 / std::sqrt(variance + smallest_variance); }

/// y = (x - mean) * factor + offset, by column.
template <class T>
void transform(MatrixView<const T> x, std::span<const T> mean, std::span<const T> factor,
               std::span<const T> offset, MatrixView<T> y) {
  for (std::size_t i = 0; i < x.rows(); ++i) {
    const T* from = x.row(i).data();
    T* to = y.row(i).data();
    for (std::size_t j = 0; j < mean.size(); ++j) {
      to[j] = (from[j] - mean[j]) * factor[j] + offset[j];
    }
  }
}

template <class T>
Buffer<T> in_precision(std::span<const double> values) {
  Buffer<T> rounded(values.size());
  std::ranges::transform(values, rounded.begin(), [](double v) { return static_cast<T>(v); });
  return rounded;
}

template <class T>
Buffer<T> inverse_deviations(std::span<const double> variance) {
  Buffer<T> inverse(variance.size());
  std::ranges::transform(variance, inverse.begin(),
                         [](double v) { return static_cast<T>(inverse_deviation(v)); });
  return inverse;
}

}  // namespace

template <math::Real T>
BatchNorm<T>::BatchNorm(std::size_t width, std::size_t offset)
    : Stage<T>(width, width, offset, parts * width) {}

template <math::Real T>
void BatchNorm<T>::initialize(std::uint64_t /*seed*/, std::uint64_t /*network*/,
                              std::uint64_t /*layer*/, std::span<T> parameters) const {
  std::ranges::fill(part(parameters, scale), T{1});
  std::ranges::fill(part(parameters, shift), T{0});
  std::ranges::fill(part(parameters, running_mean), T{0});
  std::ranges::fill(part(parameters, running_variance), T{1});
}

template <math::Real T>
void BatchNorm<T>::forward(std::span<const T> parameters, MatrixView<const T> x, MatrixView<T> y,
                           const Pass& /*pass*/) const {
  Buffer<T> factor(this->inputs());
  for (std::size_t j = 0; j < factor.size(); ++j) {
    const double inverse =
        inverse_deviation(static_cast<double>(part(parameters, running_variance)[j]));
    factor[j] = static_cast<T>(static_cast<double>(part(parameters, scale)[j]) * inverse);
  }
  transform<T>(x, part(parameters, running_mean), factor, part(parameters, shift), y);
}

template <math::Real T>
void BatchNorm<T>::backward(std::span<const T> /*parameters*/, MatrixView<const T> /*x*/,
                            MatrixView<const T> /*y*/, MatrixView<T> /*dy*/, MatrixView<T> /*dx*/,
                            std::span<T> /*gradient*/, const Pass& /*pass*/) const {
  throw std::logic_error("backward through batch normalisation outside training");
}

template <math::Real T>
void BatchNorm<T>::add_sums(std::span<const T> parameters, MatrixView<const T> x,
                            std::span<double> sums) const {
  const std::size_t n = this->inputs();
  // About the running mean, which every rank shares, so that a large mean costs no digits.
  const auto about = part(parameters, running_mean);
  Buffer<T> centred(n);
  sums[0] += static_cast<double>(x.rows());
  for (std::size_t i = 0; i < x.rows(); ++i) {
    const auto row = x.row(i);
    for (std::size_t j = 0; j < n; ++j) {
      centred[j] = row[j] - about[j];
    }
    math::accumulate<T>(centred, sums.subspan(1, n));
    math::accumulate_products<T>(centred, centred, sums.subspan(1 + n, n));
  }
}

template <math::Real T>
void BatchNorm<T>::set_moments(std::span<const T> parameters, std::span<const double> sums,
                               BatchStatistics& statistics) const {
  const std::size_t n = this->inputs();
  const auto about = part(parameters, running_mean);
  statistics.rows = sums[0];
  for (std::size_t j = 0; j < n; ++j) {
    const double mean = sums[1 + j] / sums[0];
    statistics.mean[j] = static_cast<double>(about[j]) + mean;
    statistics.variance[j] = std::max(0.0, sums[1 + n + j] / sums[0] - mean * mean);
  }
}

template <math::Real T>
void BatchNorm<T>::forward(std::span<const T> parameters, MatrixView<const T> x, MatrixView<T> y,
                           const BatchStatistics& statistics) const {
  auto factor = inverse_deviations<T>(statistics.variance);
  for (std::size_t j = 0; j < factor.size(); ++j) {
    factor[j] *= part(parameters, scale)[j];
  }
  transform<T>(x, in_precision<T>(statistics.mean), factor, part(parameters, shift), y);
}

template <math::Real T>
void BatchNorm<T>::add_gradient_sums(MatrixView<const T> x, MatrixView<const T> dy,
                                     const BatchStatistics& statistics,
                                     std::span<double> sums) const {
  const std::size_t n = this->inputs();
  const auto mean = in_precision<T>(statistics.mean);
  const auto inverse = inverse_deviations<T>(statistics.variance);
  Buffer<T> normalised(n);
  for (std::size_t i = 0; i < x.rows(); ++i) {
    const auto row = x.row(i);
    for (std::size_t j = 0; j < n; ++j) {
      normalised[j] = (row[j] - mean[j]) * inverse[j];
    }
    math::accumulate<T>(dy.row(i), sums.first(n));
    math::accumulate_products<T>(dy.row(i), normalised, sums.subspan(n, n));
  }
}

template <math::Real T>
void BatchNorm<T>::set_gradient_means(std::span<const double> sums,
                                      BatchStatistics& statistics) const {
  const std::size_t n = this->inputs();
  for (std::size_t j = 0; j < n; ++j) {
    statistics.mean_dy[j] = sums[j] / statistics.rows;
    statistics.mean_dy_product[j] = sums[n + j] / statistics.rows;
  }
}

template <math::Real T>
void BatchNorm<T>::backward(std::span<const T> parameters, MatrixView<const T> x,
                            MatrixView<const T> dy, MatrixView<T> dx, std::span<T> gradient,
                            const BatchStatistics& statistics) const {
  const std::size_t n = this->inputs();
  if (!gradient.empty()) {
    Buffer<double> sums(sum_count(), 0.0);
    add_gradient_sums(x, dy, statistics, sums);
    for (std::size_t j = 0; j < n; ++j) {
      part(gradient, shift)[j] += static_cast<T>(sums[j]);
      part(gradient, scale)[j] += static_cast<T>(sums[n + j]);
    }
  }
  if (dx.empty()) {
    return;
  }
  const auto mean = in_precision<T>(statistics.mean);
  const auto inverse = inverse_deviations<T>(statistics.variance);
  const auto mean_dy = in_precision<T>(statistics.mean_dy);
  const auto mean_product = in_precision<T>(statistics.mean_dy_product);
  const auto scales = part(parameters, scale);
  for (std::size_t i = 0; i < x.rows(); ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const T normalised = (x(i, j) - mean[j]) * inverse[j];
      dx(i, j) = scales[j] * inverse[j] * (dy(i, j) - mean_dy[j] - normalised * mean_product[j]);
    }
  }
}

template <math::Real T>
void BatchNorm<T>::remember(std::span<const double> mean, std::span<const double> variance,
                            double share, std::span<T> parameters) const {
  const auto move = [share](T& running, double now) {
    running = static_cast<T>((1.0 - share) * static_cast<double>(running) + share * now);
  };
  for (std::size_t j = 0; j < this->inputs(); ++j) {
    move(part(parameters, running_mean)[j], mean[j]);
    move(part(parameters, running_variance)[j], variance[j]);
  }
}

template class BatchNorm<float>;
template class BatchNorm<double>;

}  // namespace infomax::nn

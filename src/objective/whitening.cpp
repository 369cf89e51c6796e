// SPDX-License-Identifier: BSD-3-Clause
#include "objective/whitening.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"
#include "objective/leading_columns.hpp"

namespace infomax::objective {
namespace {

/// Directions with less than this part of the largest variance are outside the column space.
constexpr double negligible_variance = 1e-10;

}  // namespace

Matrix<double> Whitening::back(MatrixView<const double> directions,
                               std::span<const double> deviations, std::size_t outputs) const {
  Matrix<double> scaled(rank(), outputs, 0.0);
  const std::size_t given = std::min({outputs, deviations.size(), directions.columns()});
  for (std::size_t i = 0; i < rank(); ++i) {
    for (std::size_t j = 0; j < given; ++j) {
      scaled(i, j) = directions(i, j) * deviations[j];
    }
  }
  Matrix<double> weight(map.rows(), outputs);
  math::gemm<double>(math::Transpose::no, math::Transpose::no, 1.0, map.view(), scaled.view(), 0.0,
                     weight.view());
  return weight;
}

void require_variance(std::span<const double> variance) {
  const double sum = std::accumulate(variance.begin(), variance.end(), 0.0);
  if (!(sum > 0.0) || !std::isfinite(sum)) {
    throw NumericError(
        "there is no linear solution: the inputs of the last layer, or the targets, do not vary, "
        "or their squares leave the range of numbers; look at the data, or try `normalize` "
        "standardize");
  }
}

Whitening whitening(const Matrix<double>& covariance, std::span<const double> variance) {
  const std::size_t n = covariance.rows();
  Buffer<double> scale(n);
  std::ranges::transform(variance, scale.begin(),
                         [](double v) { return v > 0.0 ? 1.0 / std::sqrt(v) : 0.0; });
  Matrix<double> correlation(n, n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      correlation(i, j) = covariance(i, j) * scale[i] * scale[j];
    }
  }
  const auto eigen = math::symmetric_eigen(correlation.view());
  const double least = negligible_variance * eigen.values.front();
  const auto rank =
      std::ranges::find_if(eigen.values, [least](double value) { return !(value > least); }) -
      eigen.values.begin();
  Matrix<double> map = leading_columns(eigen.vectors, static_cast<std::size_t>(rank));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < map.columns(); ++j) {
      map(i, j) *= scale[i] / std::sqrt(eigen.values[j]);
    }
  }
  return {std::move(map)};
}

Whitening whitening(const Matrix<double>& covariance, double ridge) {
  auto eigen = math::symmetric_eigen(covariance.view());
  for (std::size_t i = 0; i < covariance.rows(); ++i) {
    for (std::size_t j = 0; j < covariance.rows(); ++j) {
      eigen.vectors(i, j) /= std::sqrt(std::max(eigen.values[j], 0.0) + ridge);
    }
  }
  return {std::move(eigen.vectors)};
}

Whitening whitening_of_inputs(const Matrix<double>& covariance, std::span<const double> variance,
                              const char* side) {
  require_variance(variance);
  Whitening found = whitening(covariance, variance);
  if (found.rank() < variance.size()) {
    log::warning_once(
        std::string("dependent inputs of ") + side,
        fmt::format(
            "the {} columns that the linear layer of side {} reads vary in {} directions only: "
            "some "
            "are constant or depend on others; the linear solution keeps to these directions",
            variance.size(), side, found.rank()));
  }
  return found;
}

Matrix<double> between(const Whitening& left, const Matrix<double>& covariance,
                       const Whitening& right) {
  Matrix<double> half(covariance.rows(), right.rank());
  math::gemm<double>(math::Transpose::no, math::Transpose::no, 1.0, covariance.view(),
                     right.map.view(), 0.0, half.view());
  Matrix<double> whole(left.rank(), right.rank());
  math::gemm<double>(math::Transpose::yes, math::Transpose::no, 1.0, left.map.view(), half.view(),
                     0.0, whole.view());
  return whole;
}

}  // namespace infomax::objective

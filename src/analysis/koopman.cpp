// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/koopman.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numeric>

#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"

namespace infomax::analysis {

KoopmanMatrix koopman_matrix(MatrixView<const double> c00, MatrixView<const double> c0t) {
  constexpr double least = 1e-10;  // of the largest eigenvalue
  const std::size_t n = c00.rows();
  const auto eigen = math::symmetric_eigen(c00);
  KoopmanMatrix found{Matrix<double>(n, n, 0.0), 0};
  Matrix<double> scaled = eigen.vectors;  // V / lambda
  for (std::size_t k = 0; k < n; ++k) {
    const bool kept = eigen.values[k] > least * eigen.values.front();
    found.rank += kept ? 1 : 0;
    for (std::size_t i = 0; i < n; ++i) {
      scaled(i, k) = kept ? scaled(i, k) / eigen.values[k] : 0.0;
    }
  }
  Matrix<double> turned(n, n);  // V^T C_0t
  math::gemm<double>(math::Transpose::yes, math::Transpose::no, 1.0, eigen.vectors.view(), c0t, 0.0,
                     turned.view());
  math::gemm<double>(math::Transpose::no, math::Transpose::no, 1.0, scaled.view(), turned.view(),
                     0.0, found.matrix.view());
  return found;
}

std::vector<double> eigenvalue_magnitudes(const KoopmanMatrix& k, bool of_memberships,
                                          std::size_t count) {
  constexpr double least = 1e-10;
  auto values = math::eigenvalues(k.matrix.view());
  // The magnitudes descend, and K has no more than its rank that are not 0.
  std::fill(values.begin() + static_cast<std::ptrdiff_t>(k.rank), values.end(), 0.0);
  if (of_memberships && !values.empty()) {
    const auto distance = [](const std::complex<double>& value) { return std::abs(value - 1.0); };
    values.erase(std::ranges::min_element(values, {}, distance));
  }
  values.resize(std::min(count, values.size()));
  std::vector<double> magnitudes(values.size());
  std::ranges::transform(values, magnitudes.begin(), [](const std::complex<double>& value) {
    const double magnitude = std::abs(value);
    return magnitude < least ? 0.0 : magnitude;
  });
  return magnitudes;
}

std::optional<std::vector<double>> stationary_distribution(MatrixView<const double> k) {
  const std::size_t n = k.rows();
  Matrix<double> change(n, n);  // K^T - 1, which takes p to 0
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      change(i, j) = k(j, i) - (i == j ? 1.0 : 0.0);
    }
  }
  const auto decomposed = math::singular_values(change.view());
  const auto direction = decomposed.vt.view().row(n - 1);
  const double sum = std::accumulate(direction.begin(), direction.end(), 0.0);
  if (std::abs(sum) < 1e-8) {
    return std::nullopt;
  }
  std::vector<double> shares(direction.begin(), direction.end());
  for (double& share : shares) {
    share /= sum;
  }
  return shares;
}

}  // namespace infomax::analysis

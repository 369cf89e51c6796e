// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/held_out_correlations.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "infomax/math/blas.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"

// p columns of a side.
namespace infomax::analysis {
namespace {

/// The variances [k] of a side's canonical variables, w^T C w; 0 if a variance is within the
/// rounding errors of C.
std::vector<double> variances(const Matrix<double>& covariance, const Matrix<double>& directions) {
  const std::size_t p = directions.rows();
  const double rounding = 8.0 * static_cast<double>(p) * std::numeric_limits<double>::epsilon();
  Matrix<double> mapped(p, directions.columns());
  math::gemm<double>(math::Transpose::no, math::Transpose::no, 1.0, covariance.view(),
                     directions.view(), 0.0, mapped.view());
  std::vector<double> result(directions.columns());
  for (std::size_t c = 0; c < result.size(); ++c) {
    double variance = 0.0;
    double most = 0.0;  // the largest possible deviation: if all columns were perfectly correlated
    for (std::size_t j = 0; j < p; ++j) {
      variance += directions(j, c) * mapped(j, c);
      most += std::abs(directions(j, c)) * std::sqrt(covariance(j, j));
    }
    result[c] = variance <= rounding * most * most ? 0.0 : variance;
  }
  return result;
}

}  // namespace

template <math::Real T>
std::vector<double> correlations_under(const mpi::Communicator& communicator,
                                       const objective::CanonicalFit& fit,
                                       const stats::RowSource<T>& a, const stats::RowSource<T>& b) {
  using stats::Extent;
  const std::size_t k = fit.correlations.size();
  std::vector<double> correlations(k, 0.0);
  if (fit.directions_a.empty()) {
    return correlations;
  }
  stats::MeanPass<T> mean_pass;
  stats::MomentPass<T> moment_pass({Extent::full, Extent::full, Extent::full, true});
  const auto& moments =
      moment_pass.measure(communicator, {a, b}, mean_pass.measure(communicator, {a, b}));
  const auto variances_a = variances(moments.aa, fit.directions_a);
  const auto variances_b = variances(moments.bb, fit.directions_b);
  Matrix<double> mapped(moments.ab.rows(), k);
  math::gemm<double>(math::Transpose::no, math::Transpose::no, 1.0, moments.ab.view(),
                     fit.directions_b.view(), 0.0, mapped.view());
  for (std::size_t c = 0; c < k; ++c) {
    if (variances_a[c] == 0.0 || variances_b[c] == 0.0) {
      continue;
    }
    double covariance = 0.0;
    for (std::size_t j = 0; j < mapped.rows(); ++j) {
      covariance += fit.directions_a(j, c) * mapped(j, c);
    }
    const double correlation = covariance / (std::sqrt(variances_a[c]) * std::sqrt(variances_b[c]));
    correlations[c] = std::clamp(correlation, -1.0, 1.0);
  }
  return correlations;
}

std::vector<double> implied_timescales(const std::vector<double>& correlations, std::size_t lag) {
  std::vector<double> timescales;
  for (const double correlation : correlations) {
    const double s = std::abs(correlation);
    timescales.push_back(s >= 1.0   ? std::numeric_limits<double>::infinity()
                         : s == 0.0 ? 0.0
                                    : -static_cast<double>(lag) / std::log(s));
  }
  return timescales;
}

#define INFOMAX_INSTANTIATE(T)                                                              \
  template std::vector<double> correlations_under<T>(                                       \
      const mpi::Communicator&, const objective::CanonicalFit&, const stats::RowSource<T>&, \
      const stats::RowSource<T>&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::analysis

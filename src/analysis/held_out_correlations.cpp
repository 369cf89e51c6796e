// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/held_out_correlations.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "infomax/analysis/variate_rows.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"

// p columns of a side, c canonical variables.
namespace infomax::analysis {
namespace {

/// Sets the variances [c] of a side's canonical variables to 0 where they are within rounding
/// errors of the side's rows, whose columns' variances are given.
void drop_rounding(std::span<const double> column_variance, const Matrix<double>& directions,
                   Buffer<double>& variance) {
  const std::size_t p = directions.rows();
  const double rounding = 8.0 * static_cast<double>(p) * std::numeric_limits<double>::epsilon();
  for (std::size_t c = 0; c < directions.columns(); ++c) {
    double most = 0.0;  // the largest possible deviation: if all columns were perfectly correlated
    for (std::size_t j = 0; j < p; ++j) {
      most += std::abs(directions(j, c)) * std::sqrt(column_variance[j]);
    }
    if (variance[c] <= rounding * most * most) {
      variance[c] = 0.0;
    }
  }
}

/// The means and the moments of these rows that `needs` names.
template <math::Real T>
stats::SecondMoments measure(const mpi::Communicator& communicator, const stats::RowPairs<T>& rows,
                             const stats::MomentNeeds& needs) {
  stats::MeanPass<T> mean_pass;
  stats::MomentPass<T> moment_pass(needs);
  return moment_pass.measure(communicator, rows, mean_pass.measure(communicator, rows));
}

}  // namespace

template <math::Real T>
std::vector<double> correlations_under(const mpi::Communicator& communicator,
                                       const objective::CanonicalFit& fit,
                                       const stats::RowSource<T>& a, const stats::RowSource<T>& b) {
  using stats::Extent;
  std::vector<double> correlations(fit.correlations.size(), 0.0);
  if (fit.directions_a.empty()) {
    return correlations;
  }
  const auto columns =
      measure<T>(communicator, {a, b}, {Extent::diagonal, Extent::none, Extent::diagonal, true});
  const VariateRows<T, double> u(a, fit.mean_a, fit.directions_a);
  const VariateRows<T, double> v(b, fit.mean_b, fit.directions_b);
  auto variates =
      measure<double>(communicator, {u, v}, {Extent::diagonal, Extent::diagonal, Extent::diagonal});
  drop_rounding(columns.variance_a, fit.directions_a, variates.variance_a);
  drop_rounding(columns.variance_b, fit.directions_b, variates.variance_b);
  for (std::size_t c = 0; c < variates.covariance.size(); ++c) {
    if (variates.variance_a[c] > 0.0 && variates.variance_b[c] > 0.0) {
      const double deviations =
          std::sqrt(variates.variance_a[c]) * std::sqrt(variates.variance_b[c]);
      correlations[c] = std::clamp(variates.covariance[c] / deviations, -1.0, 1.0);
    }
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

std::vector<NumberInterval> timescale_intervals(const std::vector<NumberInterval>& correlations,
                                                std::size_t lag) {
  std::vector<NumberInterval> intervals;
  for (const auto& [low, high] : correlations) {
    const auto ends = implied_timescales({std::max(0.0, low), std::max(0.0, high)}, lag);
    intervals.push_back({ends.front(), ends.back()});
  }
  return intervals;
}

#define INFOMAX_INSTANTIATE(T)                                                              \
  template std::vector<double> correlations_under<T>(                                       \
      const mpi::Communicator&, const objective::CanonicalFit&, const stats::RowSource<T>&, \
      const stats::RowSource<T>&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/canonical_variates.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "infomax/analysis/output_statistics.hpp"
#include "infomax/core/error.hpp"
#include "infomax/objective/canonical_fit.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"

namespace infomax::analysis {
namespace {

/// Correlations up to here are 0 but for rounding of floats; independent data have correlations of
/// about 1 / sqrt(N).
constexpr double rounding_of_correlations = 1e-5;

VariateMap leading(Buffer<double> mean, const Matrix<double>& directions, std::size_t columns) {
  VariateMap map{std::move(mean), Matrix<double>(directions.rows(), columns)};
  for (std::size_t j = 0; j < directions.rows(); ++j) {
    std::ranges::copy(directions.view().row(j).first(columns),
                      map.directions.view().row(j).begin());
  }
  return map;
}

void scale_columns(Matrix<double>& directions, std::span<const double> factors) {
  for (std::size_t j = 0; j < directions.rows(); ++j) {
    for (std::size_t c = 0; c < directions.columns(); ++c) {
      directions(j, c) *= factors[c];
    }
  }
}

/// 1 / deviation; 1 where there is none.
std::vector<double> to_unit(std::span<const double> variance) {
  std::vector<double> factors(variance.size(), 1.0);
  std::ranges::transform(variance, factors.begin(),
                         [](double v) { return v > 0.0 ? 1.0 / std::sqrt(v) : 1.0; });
  return factors;
}

/// The regularised problem scales variates by the variance plus its ridge; this is by the variance.
template <math::Real T>
void make_unit(const mpi::Communicator& communicator, const stats::RowPairs<T>& sides,
               CanonicalVariates& variates) {
  const VariateRows<T> a(sides.a, variates.a);
  const VariateRows<T> b(sides.b, variates.b);
  stats::MeanPass<T> mean_pass;
  stats::MomentPass<T> moment_pass(
      {stats::Extent::diagonal, stats::Extent::none, stats::Extent::diagonal, true});
  const auto& moments =
      moment_pass.measure(communicator, {a, b}, mean_pass.measure(communicator, {a, b}));
  scale_columns(variates.a.directions, to_unit(moments.variance_a));
  scale_columns(variates.b.directions, to_unit(moments.variance_b));
}

/// -1 for each variate that correlates most with an input by a negative number.
std::vector<double> signs(const Matrix<double>& loadings) {
  std::vector<double> signs(loadings.columns(), 1.0);
  for (std::size_t c = 0; c < signs.size(); ++c) {
    double most = 0.0;
    for (std::size_t j = 0; j < loadings.rows(); ++j) {
      most = std::abs(loadings(j, c)) > std::abs(most) ? loadings(j, c) : most;
    }
    signs[c] = most < 0.0 ? -1.0 : 1.0;
  }
  return signs;
}

}  // namespace

template <math::Real T>
Loadings measure_loadings(const mpi::Communicator& communicator, const stats::RowSource<T>& inputs,
                          const stats::RowSource<T>& variates) {
  stats::MeanPass<T> mean_pass;
  stats::MomentPass<T> moment_pass(
      {stats::Extent::diagonal, stats::Extent::full, stats::Extent::diagonal, true});
  const stats::RowPairs<T> rows{inputs, variates};
  const auto& means = mean_pass.measure(communicator, rows);
  const auto& moments = moment_pass.measure(communicator, rows, means);
  return {correlation_matrix(moments.ab.view(), moments.variance_a, moments.variance_b,
                             std::max(inputs.columns(), variates.columns())),
          means.a};
}

template <math::Real T>
CanonicalVariates fit_variates(const mpi::Communicator& communicator,
                               const stats::RowPairs<T>& sides, const stats::RowSource<T>& inputs,
                               const objective::CanonicalOptions& options) {
  auto fit = objective::fit_canonical(communicator, sides, options);
  const auto k = static_cast<std::size_t>(std::ranges::count_if(
      fit.correlations, [](double r) { return r > rounding_of_correlations; }));
  if (k == 0 || fit.directions_a.empty()) {
    throw NumericError(
        "there are no canonical variates, because the sides do not correlate at all; check that "
        "the data varies, and that the model was trained");
  }
  fit.correlations.resize(k);
  CanonicalVariates variates{leading(std::move(fit.mean_a), fit.directions_a, k),
                             leading(std::move(fit.mean_b), fit.directions_b, k),
                             std::move(fit.correlations)};
  make_unit(communicator, sides, variates);
  const VariateRows<T> a(sides.a, variates.a);
  const auto turned = signs(measure_loadings<T>(communicator, inputs, a).correlations);
  scale_columns(variates.a.directions, turned);
  scale_columns(variates.b.directions, turned);
  return variates;
}

#define INFOMAX_INSTANTIATE(T)                                                                    \
  template Loadings measure_loadings<T>(const mpi::Communicator&, const stats::RowSource<T>&,     \
                                        const stats::RowSource<T>&);                              \
  template CanonicalVariates fit_variates<T>(const mpi::Communicator&, const stats::RowPairs<T>&, \
                                             const stats::RowSource<T>&,                          \
                                             const objective::CanonicalOptions&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::analysis

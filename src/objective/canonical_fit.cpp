// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/canonical_fit.hpp"

#include <algorithm>
#include <cmath>

#include "infomax/stats/both_directions.hpp"
#include "infomax/stats/compact_sides.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"
#include "objective/leading_columns.hpp"

namespace infomax::objective {
namespace {

/// Of rows as they are; `symmetric` as CanonicalSpectrum has it.
template <math::Real T>
CanonicalFit fit_rows(const mpi::Communicator& communicator, const stats::RowPairs<T>& rows,
                      const CanonicalOptions& options, bool symmetric) {
  stats::MeanPass<T> mean_pass;
  stats::MomentPass<T> moment_pass(canonical_needs(options.ridge));
  const auto& means = mean_pass.measure(communicator, rows);
  auto plan = stats::CompactRows<T>::plan(moment_pass.needs(), rows, means.samples);
  plan.keep_a = true;
  plan.keep_b = true;
  if (auto compact = stats::CompactSides<T>::of(communicator, plan, rows, means)) {
    CanonicalFit fit = fit_rows<double>(communicator, compact->rows(), options, false);
    fit.mean_a = means.a;
    fit.mean_b = means.b;
    compact->restore_a(communicator, fit.directions_a);
    compact->restore_b(communicator, fit.directions_b);
    return fit;
  }
  const auto& moments = moment_pass.measure(communicator, rows, means);
  const CanonicalSpectrum spectrum(moments, options.ridge, symmetric);
  const std::size_t all = spectrum.values().size();
  const std::size_t k = options.components == 0 ? all : std::min(options.components, all);
  const auto sigma = spectrum.values().first(k);
  if (spectrum.directions_a().empty()) {
    return {means.a, means.b, {}, {}, {sigma.begin(), sigma.end()}};
  }
  // Coordinates of wide sides have fewer columns than the sides, and the other correlations are 0.
  const std::size_t found = std::min(k, spectrum.directions_a().columns());
  return {means.a,
          means.b,
          leading_columns(spectrum.directions_a(), found),
          leading_columns(spectrum.directions_b(), found),
          {sigma.begin(), sigma.end()}};
}

/// The correlations with the signs by which the directions of both sides differ.
std::vector<double> eigenvalues_of(const CanonicalFit& fit) {
  std::vector<double> values(fit.directions_a.columns());
  for (std::size_t k = 0; k < values.size(); ++k) {
    double alike = 0.0;
    for (std::size_t i = 0; i < fit.directions_a.rows(); ++i) {
      alike += fit.directions_a(i, k) * fit.directions_b(i, k);
    }
    values[k] = std::copysign(fit.correlations[k], alike);
  }
  return values;
}

}  // namespace

template <math::Real T>
CanonicalFit fit_canonical(const mpi::Communicator& communicator, const stats::RowPairs<T>& rows,
                           const CanonicalOptions& options) {
  if (!options.reversible) {
    return fit_rows<T>(communicator, rows, options, false);
  }
  const stats::BothDirections<T> both(rows);
  CanonicalFit fit = fit_rows<T>(communicator, both.rows(), options, true);
  fit.eigenvalues = eigenvalues_of(fit);
  return fit;
}

#define INFOMAX_INSTANTIATE(T)                                                                \
  template CanonicalFit fit_canonical<T>(const mpi::Communicator&, const stats::RowPairs<T>&, \
                                         const CanonicalOptions&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::objective

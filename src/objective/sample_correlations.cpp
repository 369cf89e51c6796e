// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/sample_correlations.hpp"

#include <algorithm>
#include <array>

#include "infomax/math/lapack.hpp"
#include "infomax/objective/canonical.hpp"
#include "infomax/stats/compact_sides.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"
#include "objective/whitening.hpp"

namespace infomax::objective {

template <math::Real T>
SampleCorrelations sample_correlations(const mpi::Communicator& communicator,
                                       const stats::RowPairs<T>& rows) {
  stats::MeanPass<T> mean_pass;
  stats::MomentPass<T> moment_pass(canonical_needs(Ridge{}));
  const auto& means = mean_pass.measure(communicator, rows);
  const auto plan = stats::CompactRows<T>::plan(moment_pass.needs(), rows, means.samples);
  if (auto compact = stats::CompactSides<T>::of(communicator, plan, rows, means)) {
    return sample_correlations<double>(communicator, compact->rows());
  }
  const auto& moments = moment_pass.measure(communicator, rows, means);
  require_variance(moments.variance_a);
  require_variance(moments.variance_b);
  const Whitening a = whitening(moments.aa, moments.variance_a);
  const Whitening b = whitening(moments.bb, moments.variance_b);
  SampleCorrelations found{math::singular_values(between(a, moments.ab, b).view()).values, a.rank(),
                           b.rank(), moments.samples};
  // Ranks on unlike processors may round apart, also what counts as a direction.
  std::array<std::size_t, 2> directions{found.rank_a, found.rank_b};
  communicator.broadcast(std::span<std::size_t>(directions), 0);
  found.rank_a = directions[0];
  found.rank_b = directions[1];
  found.values.resize(std::min(found.rank_a, found.rank_b), 0.0);
  communicator.broadcast(std::span<double>(found.values), 0);
  std::ranges::transform(found.values, found.values.begin(),
                         [](double value) { return std::min(value, 1.0); });
  return found;
}

#define INFOMAX_INSTANTIATE(T)                                                 \
  template SampleCorrelations sample_correlations<T>(const mpi::Communicator&, \
                                                     const stats::RowPairs<T>&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::objective

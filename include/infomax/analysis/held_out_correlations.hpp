// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

#include "infomax/analysis/number_interval.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/canonical_fit.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// k components.

namespace infomax::analysis {

/// Collective. The correlations [k] of the canonical variables of other rows under a fit, each with
/// its sign: nothing is fitted to these rows, so that on held-out data they are no larger than what
/// the fit found. A variable that is constant on these rows has the correlation 0.
template <math::Real T>
[[nodiscard]] std::vector<double> correlations_under(const mpi::Communicator& communicator,
                                                     const objective::CanonicalFit& fit,
                                                     const stats::RowSource<T>& a,
                                                     const stats::RowSource<T>& b);

/// Relaxation times in steps that singular values s at a lag imply, -lag / ln |s| (Mardt et al.
/// 2018); infinite for 1, 0 for 0.
[[nodiscard]] std::vector<double> implied_timescales(const std::vector<double>& correlations,
                                                     std::size_t lag);

/// The intervals of the same, of intervals of correlations. A correlation below 0 has none, and 0
/// stands for it.
[[nodiscard]] std::vector<NumberInterval> timescale_intervals(
    const std::vector<NumberInterval>& correlations, std::size_t lag);

}  // namespace infomax::analysis

#pragma once

#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/canonical.hpp"
#include "infomax/stats/row_source.hpp"

// N global rows, p and q columns of sides a and b, k components.
namespace infomax::analysis {

/// The linear maps that take two sides to their canonical variables, as fitted to one data set:
/// u = (a - mean_a) directions_a, v = (b - mean_b) directions_b, column i of u and v correlating by
/// correlations[i] there.
struct CanonicalFit {
  Buffer<double> mean_a;             // [p]
  Buffer<double> mean_b;             // [q]
  Matrix<double> directions_a;       // [p, k]
  Matrix<double> directions_b;       // [q, k]
  std::vector<double> correlations;  // [k], descending, of the regularised problem
};

/// Collective. `components` k at most, the largest first; 0 = all. Throws NumericError where a
/// covariance with its ridge is not positive definite.
template <math::Real T>
[[nodiscard]] CanonicalFit fit_canonical(const mpi::Communicator& communicator,
                                         const stats::RowSource<T>& a, const stats::RowSource<T>& b,
                                         const objective::Ridge& ridge, std::size_t components);

/// Collective. The correlations [k] of the canonical variables of other rows under a fit, each with
/// its sign: nothing is fitted to these rows, so that on held-out data they are no larger than what
/// the fit found. A variable that is constant here correlates by 0.
template <math::Real T>
[[nodiscard]] std::vector<double> correlations_under(const mpi::Communicator& communicator,
                                                     const CanonicalFit& fit,
                                                     const stats::RowSource<T>& a,
                                                     const stats::RowSource<T>& b);

/// Relaxation times in steps that singular values s at a lag imply, -lag / ln |s| (Mardt et al.
/// 2018); infinite for 1, 0 for 0.
[[nodiscard]] std::vector<double> implied_timescales(const std::vector<double>& correlations,
                                                     std::size_t lag);

}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/canonical_fit.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// k components. D_aa, D_ab, D_bb: second moments of the scored rows about the fit's means.

namespace infomax::analysis {

/// How well the singular functions of a fit describe other rows, by the subspaces that they span.
/// U, V and S are the fit's directions and correlations.
struct VariationalScores {
  /// Of (U^T D_aa U)^(-1/2) U^T D_ab V (V^T D_bb V)^(-1/2) [k], descending. The VAMP-r score is 1 +
  /// sum_i of their r-th powers.
  std::vector<double> singular_values;
  /// 1 + tr(2 S U^T D_ab V - S U^T D_aa U S V^T D_bb V). It also judges S, so that it is low where
  /// the fit promised more than these rows keep.
  double vamp_e = 1.0;
};

/// Collective. The scores of a fit on rows that it was not fitted to, with which its functions are
/// cross-validated (Wu and Noe 2020; equations 33 and 30 of arXiv:1707.04659). Directions of U or V
/// whose share of these rows' variance is below 1e-10 of the largest are left out of the inverse
/// roots.
template <math::Real T>
[[nodiscard]] VariationalScores variational_scores(const mpi::Communicator& communicator,
                                                   const objective::CanonicalFit& fit,
                                                   const stats::RowSource<T>& a,
                                                   const stats::RowSource<T>& b);

}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <vector>

#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/canonical_fit.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/objective/spectral.hpp"
#include "infomax/stats/row_source.hpp"

namespace infomax::analysis {

/// What an objective of canonical correlations makes of a fit on rows that it was not fitted to.
struct ScoreUnderFit {
  /// Of vamp1 and vamp2 the cross-validated score (variational_scores()), else the objective's
  /// function of the correlations.
  double score = 0.0;
  std::vector<double> correlations;  ///< of each pair of variates (correlations_under())
  std::optional<double> vamp_e;      ///< of vamp1 and vamp2
};

/// Collective. `spectral` is the function of the objective `options`.
template <math::Real T>
[[nodiscard]] ScoreUnderFit score_under_fit(const mpi::Communicator& communicator,
                                            const objective::ObjectiveOptions& options,
                                            const objective::SpectralFunction& spectral,
                                            const objective::CanonicalFit& fit,
                                            const stats::RowPairs<T>& given);

}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/score_under_fit.hpp"

#include <memory>

#include "infomax/analysis/held_out_correlations.hpp"
#include "infomax/analysis/variational_score.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/stats/both_directions.hpp"

namespace infomax::analysis {

template <math::Real T>
ScoreUnderFit score_under_fit(const mpi::Communicator& communicator,
                              const objective::ObjectiveOptions& options,
                              const objective::SpectralFunction& spectral,
                              const objective::CanonicalFit& fit, const stats::RowPairs<T>& given) {
  const auto both =
      spectral.options().reversible ? std::make_unique<stats::BothDirections<T>>(given) : nullptr;
  const stats::RowPairs<T> rows = both ? both->rows() : given;
  ScoreUnderFit found;
  found.correlations = correlations_under(communicator, fit, rows.a, rows.b);
  if (objective::scores_subspaces(options)) {
    const auto scores = variational_scores(communicator, fit, rows.a, rows.b);
    found.score = spectral.value_of(scores.singular_values);
    found.vamp_e = scores.vamp_e;
  } else {
    found.score = spectral.value_of(found.correlations);
  }
  return found;
}

template ScoreUnderFit score_under_fit<float>(const mpi::Communicator&,
                                              const objective::ObjectiveOptions&,
                                              const objective::SpectralFunction&,
                                              const objective::CanonicalFit&,
                                              const stats::RowPairs<float>&);
template ScoreUnderFit score_under_fit<double>(const mpi::Communicator&,
                                               const objective::ObjectiveOptions&,
                                               const objective::SpectralFunction&,
                                               const objective::CanonicalFit&,
                                               const stats::RowPairs<double>&);

}  // namespace infomax::analysis

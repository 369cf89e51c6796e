// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/pairing_test.hpp"

#include <memory>

#include "infomax/analysis/score_under_fit.hpp"
#include "infomax/objective/canonical_fit.hpp"
#include "infomax/objective/make.hpp"

namespace infomax::analysis {
namespace {

/// The objective of sides as they are, with canonical correlations that are fitted to them.
template <math::Real T>
StatisticOf<T> objective_of(const mpi::Communicator& communicator,
                            const objective::ObjectiveOptions& options) {
  if (const std::shared_ptr spectral = objective::make_spectral_function(options)) {
    return [=](const stats::RowPairs<T>& rows) -> Statistic {
      auto fit = objective::fit_canonical(communicator, rows, spectral->options());
      return {spectral->value_of(fit.correlations), std::move(fit.correlations)};
    };
  }
  const std::shared_ptr objective = objective::make_objective<T>(options);
  return [=](const stats::RowPairs<T>& rows) -> Statistic {
    return {objective->evaluate(communicator, {rows}, {}).objective, {}};
  };
}

}  // namespace

template <math::Real T>
PermutationTest test_pairing(const mpi::Communicator& communicator,
                             const objective::ObjectiveOptions& options,
                             const model::WholeSides<T>& sides, const model::WholeSides<T>* fitted,
                             const PermutationOptions& permutations) {
  const stats::RowPairs<T> rows{sides.a(), sides.b()};
  if (fitted == nullptr) {
    return test_by_permutation<T>(communicator, rows, permutations, Rival::largest,
                                  objective_of<T>(communicator, options));
  }
  const auto spectral = objective::make_spectral_function(options);
  const auto fit =
      objective::fit_canonical(communicator, fitted->batch().rows, spectral->options());
  return test_by_permutation<T>(communicator, rows, permutations, Rival::same,
                                [&](const stats::RowPairs<T>& paired) -> Statistic {
                                  auto found = score_under_fit(communicator, options, *spectral,
                                                               fit, paired);
                                  return {found.score, std::move(found.correlations)};
                                });
}

template <math::Real T>
PermutationTest test_linear_pairing(const mpi::Communicator& communicator,
                                    const objective::ObjectiveOptions& options,
                                    const LinearRefit<T>& refit,
                                    const PermutationOptions& permutations) {
  const auto objective = objective_of<T>(communicator, options);
  return test_by_permutation<T>(
      communicator, refit.inputs(), permutations, Rival::largest,
      [&](const stats::RowPairs<T>& inputs) {
        Statistic found;
        refit.fit(communicator, inputs,
                  [&](const stats::RowPairs<T>& outputs) { found = objective(outputs); });
        return found;
      });
}

#define INFOMAX_INSTANTIATE(T)                                                                   \
  template PermutationTest test_pairing<T>(                                                      \
      const mpi::Communicator&, const objective::ObjectiveOptions&, const model::WholeSides<T>&, \
      const model::WholeSides<T>*, const PermutationOptions&);                                   \
  template PermutationTest test_linear_pairing<T>(                                               \
      const mpi::Communicator&, const objective::ObjectiveOptions&, const LinearRefit<T>&,       \
      const PermutationOptions&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::analysis

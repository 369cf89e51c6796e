// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/paired_statistic.hpp"

#include <memory>
#include <utility>

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
      const double value = spectral->value_of(fit.correlations);
      return {value, std::move(fit.correlations), value};
    };
  }
  const std::shared_ptr objective = objective::make_objective<T>(options);
  return [=](const stats::RowPairs<T>& rows) -> Statistic {
    const auto value = objective->evaluate(communicator, {rows}, {});
    return {value.objective, {}, value.dependence};
  };
}

}  // namespace

template <math::Real T>
PairedStatistic<T> output_statistic(const mpi::Communicator& communicator,
                                    const objective::ObjectiveOptions& options,
                                    const model::WholeSides<T>& sides,
                                    const model::WholeSides<T>* fitted) {
  const stats::RowPairs<T> rows{sides.a(), sides.b()};
  if (fitted == nullptr) {
    return {rows, objective_of<T>(communicator, options), Rival::largest};
  }
  const std::shared_ptr spectral = objective::make_spectral_function(options);
  const auto fit =
      objective::fit_canonical(communicator, fitted->batch().rows, spectral->options());
  return {rows,
          [=](const stats::RowPairs<T>& paired) -> Statistic {
            auto found = score_under_fit(communicator, options, *spectral, fit, paired);
            return {found.score, std::move(found.correlations), found.score};
          },
          Rival::same};
}

template <math::Real T>
PairedStatistic<T> linear_statistic(const mpi::Communicator& communicator,
                                    const objective::ObjectiveOptions& options,
                                    const LinearRefit<T>& refit) {
  return {refit.inputs(),
          [&refit, communicator,
           objective = objective_of<T>(communicator, options)](const stats::RowPairs<T>& inputs) {
            Statistic found;
            refit.fit(communicator, inputs,
                      [&](const stats::RowPairs<T>& outputs) { found = objective(outputs); });
            return found;
          },
          Rival::largest};
}

#define INFOMAX_INSTANTIATE(T)                                                                   \
  template PairedStatistic<T> output_statistic<T>(                                               \
      const mpi::Communicator&, const objective::ObjectiveOptions&, const model::WholeSides<T>&, \
      const model::WholeSides<T>*);                                                              \
  template PairedStatistic<T> linear_statistic<T>(                                               \
      const mpi::Communicator&, const objective::ObjectiveOptions&, const LinearRefit<T>&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::analysis

#include "infomax/analysis/evaluation.hpp"

#include <fmt/format.h>

#include "infomax/analysis/held_out_correlations.hpp"
#include "infomax/core/error.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/model/input.hpp"
#include "infomax/objective/canonical_fit.hpp"
#include "infomax/objective/make.hpp"

namespace infomax::analysis {
namespace {

/// What canonical correlations say.
template <math::Real T>
void add_correlations(const mpi::Communicator& communicator,
                      const objective::SpectralFunction& spectral, const model::PairSettings& pair,
                      const model::WholeSides<T>& sides, const model::WholeSides<T>* fitted,
                      Evaluation& evaluation) {
  const auto fit_to = [&](const model::WholeSides<T>& to) {
    return objective::fit_canonical(communicator, to.a(), to.b(), spectral.ridge(),
                                    spectral.components());
  };
  if (fitted == nullptr) {
    evaluation.correlations = fit_to(sides).correlations;
  } else {
    const auto fit = fit_to(*fitted);
    evaluation.fitted = fit.correlations;
    evaluation.correlations = correlations_under(communicator, fit, sides.a(), sides.b());
    auto& value = evaluation.value;
    const double under_fit = spectral.value_of(evaluation.correlations);
    value.objective += under_fit - value.dependence;
    value.dependence = under_fit;
    value.parts.clear();
  }
  if (pair.pair == model::Pair::lag) {
    evaluation.timescales = implied_timescales(evaluation.correlations, pair.lag);
  }
}

}  // namespace

model::Examples load_for_model(const mpi::Communicator& communicator,
                               const model::StoredModel& stored, const model::PairSettings& pair,
                               const std::string& path, std::size_t block_count) {
  auto examples = model::load_examples(communicator, path, pair, block_count);
  if (pair.classes > 0) {
    data::require_labels_below(communicator, *examples.y, pair.classes);
  }
  model::require_features(stored.networks.front().normalization, examples.x);
  if (pair.pair == model::Pair::views) {
    model::require_features(stored.networks.back().normalization, *examples.y);
  }
  return examples;
}

template <math::Real T>
Evaluation evaluate(const mpi::Communicator& communicator,
                    const objective::ObjectiveOptions& options, const model::PairSettings& pair,
                    const model::WholeSides<T>& sides, const model::WholeSides<T>* fitted) {
  const auto spectral = objective::make_spectral_function(options);
  if (fitted != nullptr && !spectral) {
    throw UsageError(
        fmt::format("--fit is for objectives of canonical correlations (dcca, vamp1, "
                    "vamp2, gaussian-mi, rho cca), and the model's is {}",
                    options.objective));
  }
  objective::check_shapes(options, sides.a().columns(), sides.b().columns());
  const auto objective = objective::make_objective<T>(options);
  Evaluation evaluation{model::evaluate(communicator, sides, *objective), {}, {}, {}};
  if (spectral) {
    add_correlations(communicator, *spectral, pair, sides, fitted, evaluation);
  }
  return evaluation;
}

#define INFOMAX_INSTANTIATE(T)                                                                  \
  template Evaluation evaluate<T>(const mpi::Communicator&, const objective::ObjectiveOptions&, \
                                  const model::PairSettings&, const model::WholeSides<T>&,      \
                                  const model::WholeSides<T>*);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::analysis

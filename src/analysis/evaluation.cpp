// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "infomax/analysis/adjusted_correlations.hpp"
#include "infomax/analysis/evaluation_memory.hpp"
#include "infomax/analysis/held_out_correlations.hpp"
#include "infomax/analysis/score_under_fit.hpp"
#include "infomax/core/error.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/model/input.hpp"
#include "infomax/objective/batch_size.hpp"
#include "infomax/objective/canonical_fit.hpp"
#include "infomax/objective/make.hpp"

namespace infomax::analysis {
namespace {

void require_finite(const Evaluation& evaluation) {
  const auto& value = evaluation.value;
  std::vector<double> numbers{value.objective, value.dependence, value.entropy_a, value.entropy_b};
  for (const auto& [name, number] : value.figures) {
    numbers.push_back(number);
  }
  numbers.insert(numbers.end(), evaluation.fitted.begin(), evaluation.fitted.end());
  if (!std::ranges::all_of(numbers, [](double number) { return std::isfinite(number); })) {
    throw NumericError(
        "the objective of this data is not finite: the model's outputs are too large; check that "
        "the data has the scale of the training data, or train with `normalize` standardize or "
        "`precision` double");
  }
}

/// Evaluates an objective of canonical correlations by the maps that are fitted to `fitted`.
template <math::Real T>
Evaluation evaluate_under_fit(const mpi::Communicator& communicator,
                              const objective::ObjectiveOptions& options,
                              const objective::SpectralFunction& spectral,
                              const model::WholeSides<T>& sides,
                              const model::WholeSides<T>& fitted) {
  // Only the entropies of this objective are used; the correlations come from the fit.
  const auto entropies =
      objective::make_objective_with<T>(options, std::make_unique<objective::RvCoefficient>());
  Evaluation evaluation;
  evaluation.value = model::evaluate(communicator, sides, *entropies);
  const auto fit = objective::fit_canonical(communicator, fitted.batch().rows, spectral.options());
  objective::BatchSizeWarning().require_correlations(
      communicator.sum(static_cast<double>(fitted.a().rows())), fit.mean_a.size(),
      fit.mean_b.size());
  evaluation.fitted = fit.correlations;
  evaluation.eigenvalues = fit.eigenvalues;
  auto found = score_under_fit(communicator, options, spectral, fit, sides.batch().rows);
  evaluation.correlations = std::move(found.correlations);
  auto& value = evaluation.value;
  if (found.vamp_e) {
    value.figures.emplace_back("vamp_e", *found.vamp_e);
  }
  value.objective += found.score - value.dependence;
  value.dependence = found.score;
  return evaluation;
}

}  // namespace

void require_kind(const mpi::Communicator& communicator, const model::StoredModel& stored,
                  const model::PairSettings& pair, const model::Examples& examples) {
  if (pair.classes > 0) {
    data::require_labels_below(communicator, *examples.y, pair.classes);
  }
  const auto fitted = model::fitted_to(stored, pair, *examples.x, examples.y.get());
  const auto require_tokens = [&](const model::StoredNetwork& network, const data::RowStore& rows) {
    model::require_tokens(communicator, nn::parse_spec(network.spec), rows);
  };
  require_tokens(fitted.networks.front(), *examples.x);
  if (pair.meaning().has_two_views()) {
    require_tokens(fitted.networks.back(), *examples.y);
  }
}

model::Examples load_for_model(const mpi::Communicator& communicator,
                               const model::StoredModel& stored, const model::PairSettings& pair,
                               const std::string& path, std::size_t block_count,
                               const model::Steps& least, const data::Streaming& streaming) {
  auto examples = model::load_examples(communicator, path, pair, block_count,
                                       model::longest(model::steps_of(stored), least), streaming);
  require_kind(communicator, stored, pair, examples);
  return examples;
}

template <math::Real T>
Evaluation evaluate(const mpi::Communicator& communicator,
                    const objective::ObjectiveOptions& options, const model::PairSettings& pair,
                    const model::WholeSides<T>& sides, const model::WholeSides<T>* fitted) {
  const auto spectral = objective::make_spectral_function(options);
  if (fitted != nullptr && !spectral) {
    throw UsageError(fmt::format(
        "`fit` is for objectives of canonical correlations ({}), and the model's objective is {}",
        objective::spectral_objectives(), options.objective));
  }
  objective::check_shapes(options, sides.a().columns(), sides.b().columns());
  Evaluation evaluation;
  if (fitted != nullptr) {
    evaluation = evaluate_under_fit(communicator, options, *spectral, sides, *fitted);
  } else {
    const auto objective = objective::make_objective<T>(options);
    evaluation.value = model::evaluate(communicator, sides, *objective);
  }
  require_finite(evaluation);
  evaluation.relations = objective::relate_views(communicator, options, sides.batch().rows);
  if (spectral && fitted == nullptr) {
    auto fit = objective::fit_canonical(communicator, sides.batch().rows, spectral->options());
    evaluation.correlations = std::move(fit.correlations);
    evaluation.eigenvalues = std::move(fit.eigenvalues);
    evaluation.adjusted = adjusted_correlations(evaluation.correlations,
                                                static_cast<double>(evaluation.value.samples),
                                                sides.a().columns(), sides.b().columns());
  }
  if (pair.meaning().is_lagged) {
    evaluation.timescales = implied_timescales(evaluation.correlations, pair.lag);
  }
  return evaluation;
}

template <math::Real T>
Evaluation evaluate_model(const mpi::Communicator& communicator, const model::Model<T>& model,
                          data::Datasets& source, std::size_t micro_batch, bool reproducible,
                          data::Datasets* fit) {
  const auto pair = model::PairSettings::from_settings(model.settings);
  const auto options = objective::from_settings(model.settings);
  const auto steps_of = [](const model::Member<T>& member) {
    const auto& input = member.network.input_shape();
    return input.axes() > 0 ? input.extents().front() : 0;
  };
  const auto load = [&](data::Datasets& rows) {
    model::expect_sequences(rows, pair,
                            {steps_of(model.members().front()), steps_of(model.members().back())});
    auto examples = model::load_examples(communicator, rows, pair, 0);
    if (pair.classes > 0) {
      data::require_labels_below(communicator, *examples.y, pair.classes);
    }
    model::require_features(model.members().front(), *examples.x);
    if (pair.meaning().has_two_views()) {
      model::require_features(model.members().back(), *examples.y);
    }
    require_evaluation_memory(communicator, model, examples, pair, options, micro_batch);
    return examples;
  };
  const auto examples = load(source);
  const model::WholeSides<T> sides(communicator, model, examples, pair, micro_batch, reproducible);
  if (fit == nullptr) {
    return evaluate<T>(communicator, options, pair, sides, nullptr);
  }
  const auto fitted = load(*fit);
  const model::WholeSides<T> fitted_sides(communicator, model, fitted, pair, micro_batch,
                                          reproducible);
  return evaluate<T>(communicator, options, pair, sides, &fitted_sides);
}

#define INFOMAX_INSTANTIATE(T)                                                                  \
  template Evaluation evaluate<T>(const mpi::Communicator&, const objective::ObjectiveOptions&, \
                                  const model::PairSettings&, const model::WholeSides<T>&,      \
                                  const model::WholeSides<T>*);                                 \
  template Evaluation evaluate_model<T>(const mpi::Communicator&, const model::Model<T>&,       \
                                        data::Datasets&, std::size_t, bool, data::Datasets*);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/stored_evaluation.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "infomax/analysis/adjusted_correlations.hpp"
#include "infomax/analysis/bootstrap.hpp"
#include "infomax/analysis/evaluation_memory.hpp"
#include "infomax/analysis/held_out_correlations.hpp"
#include "infomax/analysis/independence_tests.hpp"
#include "infomax/analysis/linear_refit.hpp"
#include "infomax/analysis/paired_statistic.hpp"
#include "infomax/analysis/permutation_test.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/field_check.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/model/sides.hpp"
#include "infomax/objective/batch_size.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/objective/sample_correlations.hpp"

namespace infomax::analysis {
namespace {

/// How many consecutive samples keep together where the user does not say.
std::size_t dependent_samples(const model::PairSettings& pair, std::size_t samples) {
  constexpr std::size_t lags_of_a_block = 10;
  constexpr std::size_t fewest_blocks = 20;
  return pair.meaning().is_lagged
             ? std::clamp<std::size_t>(samples / fewest_blocks, 1, lags_of_a_block * pair.lag)
             : 1;
}

void warn_of_training_data(const InferenceOptions& inference) {
  if (inference.permutations > 0) {
    log::warning(
        "`permutations`: `data` is what the networks were trained on, and they are not trained "
        "anew for random pairings: p-values are too small. Give other data, with `fit` or without");
  }
  if (inference.bootstrap > 0) {
    log::warning(
        "`bootstrap`: `data` is what the networks were trained on, and they are not trained anew "
        "for drawings: intervals are too narrow and too high. Give other data, with `fit` or "
        "without");
  }
}

/// Throws UsageError where what is asked for means nothing for the pair.
void refuse_inference(const InferenceOptions& inference, const model::PairSettings& pair,
                      bool has_fit) {
  const auto& meaning = pair.meaning();
  if (meaning.joins_views &&
      (inference.tests || inference.permutations + inference.bootstrap > 0)) {
    throw UsageError(
        "`permutations`, `bootstrap` and `tests` are for two sides, and `pair` multi has views; "
        "evaluate pairs of views by `pair` views, or leave them out");
  }
  if (!inference.tests) {
    return;
  }
  if (has_fit) {
    throw UsageError(
        "`tests` are of canonical correlations that are fitted to `data` itself; leave `fit` out");
  }
  if (meaning.is_lagged) {
    throw UsageError(
        "`tests` take rows to be independent, and those of a trajectory are not: take "
        "`permutations`, which keeps such rows together");
  }
  if (meaning.a.rows == meaning.b.rows) {
    throw UsageError(fmt::format(
        "`tests` are of the independence of two measurements, and `pair` {} makes both sides of "
        "the same rows; leave them out",
        meaning.name));
  }
}

/// Collective. Tests whether the sides are independent: the inputs of maps that were fitted to
/// them, or the outputs of networks that were not.
template <math::Real T>
IndependenceTests tests_of(const mpi::Communicator& communicator, bool trained_on,
                           const LinearRefit<T>* refit, const stats::RowPairs<T>& outputs) {
  if (trained_on && (refit == nullptr || !refit->is_plain_cca())) {
    throw UsageError(
        "`tests`: `data` is what the networks were trained on, and only those of `encoder` "
        "linear:K for either side, with an objective of canonical correlations and without "
        "`linear_ridge_a` and `linear_ridge_b`, have a known distribution there; give other data, "
        "or take `permutations`");
  }
  return independence_tests(objective::sample_correlations<T>(
      communicator, refit != nullptr ? refit->inputs() : outputs));
}

/// Collective. Adds the test and the intervals that are asked for.
template <math::Real T>
void add_inference(const mpi::Communicator& communicator, const InferenceOptions& inference,
                   const model::PairSettings& pair, std::size_t samples,
                   const PairedStatistic<T>& statistic, Evaluation& evaluation) {
  const std::size_t block = dependent_samples(pair, samples);
  if (inference.permutations > 0) {
    const PermutationOptions options{inference.permutations,
                                     inference.permutation_block.value_or(block), inference.seed};
    evaluation.permutation = test_by_permutation<T>(communicator, statistic.rows, options,
                                                    statistic.rival, statistic.of);
  }
  if (inference.bootstrap > 0) {
    const BootstrapOptions options{inference.bootstrap, inference.bootstrap_block.value_or(block),
                                   inference.seed, inference.confidence};
    evaluation.intervals = bootstrap<T>(communicator, statistic, options);
    if (pair.meaning().is_lagged) {
      evaluation.timescale_intervals =
          timescale_intervals(evaluation.intervals->correlations, pair.lag);
    }
  }
}

}  // namespace

FieldTable<InferenceOptions> inference_fields() {
  FieldTable<InferenceOptions> table;
  table.group("Test by permutation")
      .add("permutations", &InferenceOptions::permutations, "K",
           "pair the samples of side b with those of side a at random, K times (such as 999), and "
           "report p_value of the objective and p_values of the canonical correlations: (1 + how "
           "often chance does as well) / (K + 1), and the means of the random pairings, "
           "objective_by_chance and canonical_correlations_by_chance. Canonical correlations are "
           "fitted to every pairing, and compared with its largest one; under `fit` nothing is "
           "fitted, and each is compared with its own. encoder linear:K, on the data that it was "
           "trained on, is fitted to every pairing too. Other networks are taken as they are, "
           "which needs data that they were not trained on; 0 = no test",
           zero_or_more("no test"))
      .add("permutation-block", &InferenceOptions::permutation_block, "L",
           "consecutive samples that keep together, because they depend on each other; it should "
           "be longer than they do. Default 1; with `pair` lag ten times the lag, or a twentieth "
           "of the samples if that is less",
           one_or_more())
      .add("seed", &InferenceOptions::seed, "S",
           "of random pairings and drawings, which are the same on any number of ranks");
  table.group("Tests of independent rows")
      .add("tests", &InferenceOptions::tests, "",
           "for each k, test that all canonical correlations r behind the first k are 0, and "
           "report Wilks' lambda, prod (1 - r^2), Bartlett's chi-square and Rao's F with their "
           "p-values. On the data that encoder linear:K was trained on, of the inputs of both "
           "sides; on other data, of the outputs of any network. For independent rows, normal or "
           "many");
  table.group("Intervals by bootstrap")
      .add("bootstrap", &InferenceOptions::bootstrap, "K",
           "draw as many samples as there are, with replacement, K times (such as 200), and "
           "report dependence_interval, canonical_correlations_intervals and "
           "timescales_intervals: the number, less the bias of the drawings, and their normal "
           "deviation to either side, of correlations in Fisher's z. What is fitted to the data "
           "is fitted to every drawing, as with `permutations`. Intervals hold for correlations "
           "that differ from 0 and from each other: of those that permutations find none of, "
           "they are too narrow. 0 = none",
           {[](std::size_t k) { return k != 1; }, "0 for none, or 2 or more"})
      .add("bootstrap-block", &InferenceOptions::bootstrap_block, "L",
           "consecutive samples that are drawn together, because they depend on each other; "
           "default as `permutation-block` has it",
           one_or_more())
      .add("confidence", &InferenceOptions::confidence, "C", "of each interval",
           {[](double c) { return c > 0.0 && c < 1.0; }, "a number between 0 and 1"});
  return table;
}

template <math::Real T>
Evaluation evaluate_stored(const mpi::Communicator& communicator, const model::StoredModel& stored,
                           const model::PairSettings& pair, const EvaluatedRows& rows,
                           const EvaluatedRows* fit, std::size_t micro_batch,
                           const InferenceOptions& inference,
                           const objective::Maximiser& maximise) {
  const auto chosen = objective::from_settings(stored.settings);
  refuse_inference(inference, pair, fit != nullptr);
  const auto& examples = rows.examples;
  const auto model =
      model::to_model<T>(model::fitted_to(stored, pair, *examples.x, examples.y.get()));
  const auto sides_of = [&](const model::Examples& examples) {
    require_evaluation_memory(communicator, model, examples, pair, chosen, micro_batch);
    return std::make_unique<model::WholeSides<T>>(communicator, model, examples, pair, micro_batch);
  };
  objective::check_shapes(chosen, model::columns_of_a(model, examples, pair),
                          model.member(model::Role::encoder_b).network.outputs());
  const EvaluatedRows& fitted_to = fit != nullptr ? *fit : rows;
  // Of a linear solution, the inputs are what was fitted, on the rows that it was fitted to.
  std::optional<LinearRefit<T>> refit;
  if (fitted_to.trained_on && LinearRefit<T>::is_possible(model, pair, chosen)) {
    refit.emplace(model, fitted_to.examples, pair, chosen, maximise);
  }
  if (refit && objective::make_spectral_function(chosen)) {
    objective::BatchSizeWarning().require_correlations(
        static_cast<double>(fitted_to.examples.blocks.rows()), refit->inputs().a.columns(),
        refit->inputs().b.columns());
  }
  const auto sides = sides_of(examples);
  const auto fit_sides = fit != nullptr ? sides_of(fit->examples) : nullptr;
  auto evaluation = evaluate<T>(communicator, chosen, pair, *sides, fit_sides.get());
  const bool is_refitted = refit && fit == nullptr;
  if (is_refitted) {
    evaluation.adjusted =
        adjusted_correlations(evaluation.correlations, static_cast<double>(examples.blocks.rows()),
                              refit->inputs().a.columns(), refit->inputs().b.columns());
  }
  if (inference.tests) {
    evaluation.tests =
        tests_of<T>(communicator, rows.trained_on, refit ? &*refit : nullptr, sides->batch().rows);
  }
  if (inference.permutations > 0 || inference.bootstrap > 0) {
    if (rows.trained_on && !is_refitted) {
      warn_of_training_data(inference);
    }
    add_inference<T>(communicator, inference, pair, examples.blocks.rows(),
                     is_refitted
                         ? linear_statistic<T>(communicator, chosen, *refit)
                         : output_statistic<T>(communicator, chosen, *sides, fit_sides.get()),
                     evaluation);
  }
  return evaluation;
}

#define INFOMAX_INSTANTIATE(T)                                                                \
  template Evaluation evaluate_stored<T>(const mpi::Communicator&, const model::StoredModel&, \
                                         const model::PairSettings&, const EvaluatedRows&,    \
                                         const EvaluatedRows*, std::size_t,                   \
                                         const InferenceOptions&, const objective::Maximiser&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::analysis

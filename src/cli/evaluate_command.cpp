// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cli.hpp"
#include "cli/runtime.hpp"
#include "core/json.hpp"
#include "infomax/analysis/adjusted_correlations.hpp"
#include "infomax/analysis/bootstrap.hpp"
#include "infomax/analysis/evaluation.hpp"
#include "infomax/analysis/evaluation_memory.hpp"
#include "infomax/analysis/held_out_correlations.hpp"
#include "infomax/analysis/linear_refit.hpp"
#include "infomax/analysis/paired_statistic.hpp"
#include "infomax/analysis/permutation_test.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/model/row_memory.hpp"
#include "infomax/model/sides.hpp"
#include "infomax/objective/batch_size.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/train/any_model.hpp"
#include "infomax/train/files_of_run.hpp"
#include "infomax/train/linear_search.hpp"
#include "report/evaluation_json.hpp"

namespace infomax::cli {
namespace {

struct EvaluateConfig : model::RowMemory {
  std::string model;
  std::string data;
  std::string x;  ///< empty: as in training
  std::string y;  ///< empty: as in training
  std::string fit;
  bool json = false;
  std::size_t micro_batch = 4096;  ///< enough for BLAS to run at its speed
  std::optional<std::size_t> blocks;
  std::size_t permutations = 0;
  std::optional<std::size_t> permutation_block;
  std::size_t bootstrap = 0;
  std::optional<std::size_t> bootstrap_block;
  double confidence = 0.95;
  std::uint64_t seed = 1;
  measure::ThreadOptions machine;
};

const FieldTable<EvaluateConfig>& evaluate_fields() {
  static const FieldTable<EvaluateConfig> fields = [] {
    using Config = EvaluateConfig;
    FieldTable<Config> table;
    table.group("Evaluation")
        .add("model", &Config::model, "FILE",
             "model.h5 of a run, its directory, or one of its checkpoints")
        .add("data", &Config::data, "FILE",
             "data set file to evaluate on; default the one that the model was trained on")
        .add("x", &Config::x, "PATH", "data set of the rows; default as in training")
        .add("y", &Config::y, "PATH", "data set of the targets; default as in training")
        .add("fit", &Config::fit, "FILE",
             "fit the canonical correlations' directions to this data set (the training data), "
             "and apply them to `data` as they are; without it they are fitted to `data` itself. "
             "The objective is then that of the correlations under the fit; of vamp1 and vamp2 it "
             "is the cross-validated VAMP score of Wu and Noe (2020), and vamp_e is reported too")
        .add(
            "json", &Config::json, "",
            "print one JSON object instead of a table: objective; dependence, the objective "
            "before entropies; entropy_a and entropy_b, nats; samples; ranks; the objective's own "
            "parts; and, if these are canonical correlations s, canonical_correlations, "
            "canonical_correlations_adjusted, without the bias that fitting gives them where N > p "
            "+ q + 1 (Bao et al. 2019; for independent rows, and as if networks were given), with "
            "`fit` instead of these canonical_correlations_of_fit, and with `pair` lag timescales, "
            "-tau / ln |s|, in rows, where null stands for an infinite one; and what "
            "`permutations` and `bootstrap` add")
        .add("micro-batch", &Config::micro_batch, "M",
             "rows that a rank encodes at a time; bounds memory, changes no result; 0 = all",
             zero_or_more("all rows"))
        .add("blocks", &Config::blocks, "V",
             "number of contiguous blocks of rows that are dealt to ranks; default as in train",
             one_or_more());
    model::add_row_memory(table);
    table.group("Test by permutation")
        .add(
            "permutations", &Config::permutations, "K",
            "pair the samples of side b with those of side a at random, K times (such as 999), and "
            "report p_value of the objective and p_values of the canonical correlations: (1 + how "
            "often chance does as well) / (K + 1), and the means of the random pairings, "
            "objective_by_chance and canonical_correlations_by_chance. Canonical correlations are "
            "fitted to every pairing, and compared with its largest one; under `fit` nothing is "
            "fitted, and each is compared with its own. encoder linear:K, on the data that it was "
            "trained on, is fitted to every pairing too. Other networks are taken as they are, "
            "which needs data that they were not trained on; 0 = no test",
            zero_or_more("no test"))
        .add("permutation-block", &Config::permutation_block, "L",
             "consecutive samples that keep together, because they depend on each other; it should "
             "be longer than they do. Default 1; with `pair` lag ten times the lag, or a twentieth "
             "of the samples if that is less",
             one_or_more())
        .add("seed", &Config::seed, "S",
             "of random pairings and drawings, which are the same on any number of ranks");
    table.group("Intervals by bootstrap")
        .add("bootstrap", &Config::bootstrap, "K",
             "draw as many samples as there are, with replacement, K times (such as 200), and "
             "report dependence_interval, canonical_correlations_intervals and "
             "timescales_intervals: the number, less the bias of the drawings, and their normal "
             "deviation to either side, of correlations in Fisher's z. What is fitted to the data "
             "is fitted to every drawing, as with `permutations`. Intervals hold for correlations "
             "that differ from 0 and from each other: of those that permutations find none of, "
             "they are too narrow. 0 = none",
             {[](std::size_t k) { return k != 1; }, "0 for none, or 2 or more"})
        .add("bootstrap-block", &Config::bootstrap_block, "L",
             "consecutive samples that are drawn together, because they depend on each other; "
             "default as `permutation-block` has it",
             one_or_more())
        .add("confidence", &Config::confidence, "C", "of each interval",
             {[](double c) { return c > 0.0 && c < 1.0; }, "a number between 0 and 1"});
    table.include(&Config::machine, measure::thread_fields());
    return table;
  }();
  return fields;
}

/// What is evaluated, and whether it is what the networks were trained on.
struct Evaluated {
  const EvaluateConfig& config;
  const model::StoredModel& stored;
  const model::PairSettings& pair;
  bool trained_on = false;      ///< `data`
  bool fit_trained_on = false;  ///< `fit`
};

/// How many consecutive samples keep together where the user does not say.
std::size_t dependent_samples(const model::PairSettings& pair, std::size_t samples) {
  constexpr std::size_t lags_of_a_block = 10;
  constexpr std::size_t fewest_blocks = 20;
  return pair.meaning().is_lagged
             ? std::clamp<std::size_t>(samples / fewest_blocks, 1, lags_of_a_block * pair.lag)
             : 1;
}

void warn_of_training_data(const EvaluateConfig& config) {
  if (config.permutations > 0) {
    log::warning(
        "`permutations`: `data` is what the networks were trained on, and they are not trained "
        "anew for random pairings: p-values are too small. Give other data, with `fit` or without");
  }
  if (config.bootstrap > 0) {
    log::warning(
        "`bootstrap`: `data` is what the networks were trained on, and they are not trained anew "
        "for drawings: intervals are too narrow and too high. Give other data, with `fit` or "
        "without");
  }
}

/// Collective. Adds the test and the intervals that are asked for.
template <math::Real T>
void add_inference(const mpi::Communicator& communicator, const EvaluateConfig& config,
                   const model::PairSettings& pair, std::size_t samples,
                   const analysis::PairedStatistic<T>& statistic,
                   analysis::Evaluation& evaluation) {
  const std::size_t block = dependent_samples(pair, samples);
  if (config.permutations > 0) {
    const analysis::PermutationOptions options{
        config.permutations, config.permutation_block.value_or(block), config.seed};
    evaluation.permutation = analysis::test_by_permutation<T>(communicator, statistic.rows, options,
                                                              statistic.rival, statistic.of);
  }
  if (config.bootstrap > 0) {
    const analysis::BootstrapOptions options{
        config.bootstrap, config.bootstrap_block.value_or(block), config.seed, config.confidence};
    evaluation.intervals = analysis::bootstrap<T>(communicator, statistic, options);
    if (pair.meaning().is_lagged) {
      evaluation.timescale_intervals =
          analysis::timescale_intervals(evaluation.intervals->correlations, pair.lag);
    }
  }
}

template <math::Real T>
analysis::Evaluation evaluate_in(const mpi::Communicator& communicator,
                                 const Evaluated& evaluated) {
  // Lambdas capture these, so they are no structured bindings, which some compilers do not capture.
  const auto& config = evaluated.config;
  const auto& stored = evaluated.stored;
  const auto& pair = evaluated.pair;
  const bool trained_on = evaluated.trained_on;
  const bool fit_trained_on = evaluated.fit_trained_on;
  const auto chosen = objective::from_settings(stored.settings);
  const bool fits = !config.fit.empty();
  auto steps = model::steps_of(communicator, config.data, pair);
  if (fits) {
    steps = model::longest(steps, model::steps_of(communicator, config.fit, pair));
  }
  const auto load = [&](const std::string& path) {
    return analysis::load_for_model(communicator, stored, pair, path, config.blocks.value_or(0),
                                    steps, model::streaming(communicator, config));
  };
  const auto examples = load(config.data);
  const auto model =
      model::to_model<T>(model::fitted_to(stored, pair, *examples.x, examples.y.get()));
  const auto sides_of = [&](const model::Examples& examples) {
    analysis::require_evaluation_memory(communicator, model, examples, pair, chosen,
                                        config.micro_batch);
    return std::make_unique<model::WholeSides<T>>(communicator, model, examples, pair,
                                                  config.micro_batch);
  };
  objective::check_shapes(chosen, model::columns_of_a(model, examples, pair),
                          model.member(model::Role::encoder_b).network.outputs());
  const auto fit_examples = fits ? std::optional(load(config.fit)) : std::nullopt;
  const auto& fitted_to = fits ? *fit_examples : examples;
  // Of a linear solution, the inputs are what was fitted, on the rows that it was fitted to.
  std::optional<analysis::LinearRefit<T>> refit;
  if ((fits ? fit_trained_on : trained_on) &&
      analysis::LinearRefit<T>::is_possible(model, pair, chosen)) {
    refit.emplace(model, fitted_to, pair, chosen,
                  [&](std::span<double> x, const objective::SmoothFunction& function) {
                    return train::maximise(communicator, x, function);
                  });
  }
  if (refit && objective::make_spectral_function(chosen)) {
    objective::BatchSizeWarning().require_correlations(static_cast<double>(fitted_to.blocks.rows()),
                                                       refit->inputs().a.columns(),
                                                       refit->inputs().b.columns());
  }
  const auto sides = sides_of(examples);
  const auto fit_sides = fits ? sides_of(*fit_examples) : nullptr;
  auto evaluation = analysis::evaluate<T>(communicator, chosen, pair, *sides, fit_sides.get());
  const bool is_refitted = refit && !fits;
  if (is_refitted) {
    evaluation.adjusted = analysis::adjusted_correlations(
        evaluation.correlations, static_cast<double>(examples.blocks.rows()),
        refit->inputs().a.columns(), refit->inputs().b.columns());
  }
  if (config.permutations > 0 || config.bootstrap > 0) {
    if (trained_on && !is_refitted) {
      warn_of_training_data(config);
    }
    add_inference<T>(
        communicator, config, pair, examples.blocks.rows(),
        is_refitted ? analysis::linear_statistic<T>(communicator, chosen, *refit)
                    : analysis::output_statistic<T>(communicator, chosen, *sides, fit_sides.get()),
        evaluation);
  }
  return evaluation;
}

std::string as_table(const Json& found) {
  std::string text;
  for (const auto& [name, item] : found.items()) {
    if (item.is_array() && item.front().is_array()) {
      text += fmt::format("{}", name);
      for (const auto& interval : item) {
        text += fmt::format(" {:.4f}..{:.4f}", interval.front().get<double>(),
                            interval.back().get<double>());
      }
      text += "\n";
    } else if (item.is_array()) {
      text += fmt::format("{} {:.4f}\n", name, fmt::join(item.get<std::vector<double>>(), " "));
    } else if (item.is_number_float()) {
      text += fmt::format("{:<11} {:.9f}{}\n", name, item.get<double>(),
                          name.starts_with("entropy_") ? " nats" : "");
    } else if (name == "samples" || name == "permutations" || name == "bootstrap") {
      text += fmt::format("{:<11} {}\n", name, item.get<std::uint64_t>());
    }
  }
  return text;
}

}  // namespace

OptionTable evaluate_options() {
  OptionTable options(
      "evaluate",
      "infomax evaluate --model RUN/model.h5 [--data FILE] [OPTIONS]\n\n"
      "Computes the exact objective and its parts over all rows of a data set, as one global\n"
      "batch. The model file holds the objective, the pair and the preprocessing. For example\n\n"
      "  mpirun -n 4 infomax evaluate --model runs/first/model.h5 --data test.h5 --json");
  options.add(evaluate_fields());
  return options;
}

int evaluate(const mpi::Communicator& communicator, OptionTable& options) {
  options.require("model", "runs/first/model.h5");
  auto config = options.read(evaluate_fields());
  (void)prepare_compute(communicator, config.machine);
  const auto stored = train::read_any_model(communicator, config.model);
  if (config.data.empty()) {
    config.data = train::training_data(communicator, stored.settings, config.model);
  }
  auto pair = model::PairSettings::from_settings(stored.settings);
  if (!config.x.empty()) {
    pair.x_path = config.x;
  }
  if (!config.y.empty()) {
    pair.y_path = config.y;
  }
  const auto was_trained_on = [&](const std::string& path) {
    return config.x.empty() && config.y.empty() && !path.empty() &&
           train::is_training_data(communicator, stored.settings, config.model, path);
  };
  const Evaluated evaluated{config, stored, pair, was_trained_on(config.data),
                            was_trained_on(config.fit)};
  const bool single = stored.settings.at("precision") == "float";
  const auto evaluation = single ? evaluate_in<float>(communicator, evaluated)
                                 : evaluate_in<double>(communicator, evaluated);
  const auto found = report::to_json(evaluation, communicator.size());
  print_result(communicator, config.json ? json_text(found) + "\n" : as_table(found));
  return 0;
}

}  // namespace infomax::cli

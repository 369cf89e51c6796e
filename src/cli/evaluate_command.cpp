// SPDX-License-Identifier: BSD-3-Clause
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cli.hpp"
#include "cli/runtime.hpp"
#include "core/json.hpp"
#include "infomax/analysis/stored_evaluation.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/model/row_memory.hpp"
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
  analysis::InferenceOptions inference;
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
            "-tau / ln |s|, in rows, where null stands for an infinite one, and with `reversible` "
            "the signed eigenvalues of the fit; of several views eigenvalues, and of each pair, "
            "counted from 1, such as canonical_correlations_1_2; and what `permutations`, "
            "`bootstrap` and `tests` add")
        .add("micro-batch", &Config::micro_batch, "M",
             "rows that a rank encodes at a time; bounds memory, changes no result; 0 = all",
             zero_or_more("all rows"))
        .add("blocks", &Config::blocks, "V",
             "number of contiguous blocks of rows that are dealt to ranks; default as in train",
             one_or_more());
    model::add_row_memory(table);
    table.include(&Config::inference, analysis::inference_fields());
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

template <math::Real T>
analysis::Evaluation evaluate_in(const mpi::Communicator& communicator,
                                 const Evaluated& evaluated) {
  // Lambdas capture these, so they are no structured bindings, which some compilers do not capture.
  const auto& config = evaluated.config;
  const auto& stored = evaluated.stored;
  const auto& pair = evaluated.pair;
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
  const auto fit_examples = fits ? std::optional(load(config.fit)) : std::nullopt;
  const auto fit =
      fits ? std::optional(analysis::EvaluatedRows{*fit_examples, evaluated.fit_trained_on})
           : std::nullopt;
  return analysis::evaluate_stored<T>(
      communicator, stored, pair, {examples, evaluated.trained_on}, fit ? &*fit : nullptr,
      config.micro_batch, config.inference,
      [&](std::span<double> x, const objective::SmoothFunction& function) {
        return train::maximise(communicator, x, function);
      });
}

std::string tests_table(const analysis::IndependenceTests& found) {
  const auto& [values, p, q, samples] = found.correlations;
  std::string text = fmt::format(
      "\ncorrelations behind the first k are 0 (sides vary in {} and {} directions, {} rows)\n"
      "   k       r  Wilks lambda  chi-square    df         p         F  df1        df2         "
      "p\n",
      p, q, samples);
  for (const auto& test : found.tests) {
    text += fmt::format(
        "{:4}  {:.4f}  {:12.6g}  {:10.3f}  {:4}  {:8.2g}  {:8.3f}  {:3}  {:9.1f}  {:8.2g}\n",
        test.kept, values[test.kept], test.lambda, test.chi_square, test.degrees, test.p_chi_square,
        test.f, test.numerator, test.denominator, test.p_f);
  }
  return text;
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
  print_result(communicator,
               config.json
                   ? json_text(found) + "\n"
                   : as_table(found) + (evaluation.tests ? tests_table(*evaluation.tests) : ""));
  return 0;
}

}  // namespace infomax::cli

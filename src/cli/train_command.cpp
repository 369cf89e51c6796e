// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/runtime.hpp"
#include "cli/unused_options.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/core/version.hpp"
#include "infomax/measure/memory.hpp"
#include "infomax/nn/spec.hpp"
#include "infomax/train/config.hpp"
#include "infomax/train/files_of_run.hpp"
#include "infomax/train/training.hpp"

namespace infomax::cli {
namespace {

using train::Config;

/// Since the program was loaded, before MPI started.
const Stopwatch since_program_start;

/// What a program does that a library does not: it shows its progress.
Config defaults() {
  Config config;
  config.progress = ProgressMode::automatic;
  return config;
}

/// Throws UsageError where an option that the user gave must stay as it was in the run.
void check_given(const OptionTable& options, const Config& config, const FieldTexts& before) {
  const auto kept = train::kept_texts(config);
  for (const auto& field : train::config_fields().fields()) {
    const bool must_stay = !field.may_change && !field.decided_by_data && !field.of_invocation;
    if (must_stay && options.given(field.name)) {
      const auto now = std::ranges::find(kept, field.name, &FieldTexts::value_type::first);
      train::require_unchanged(field, now == kept.end() ? std::nullopt : std::optional(now->second),
                               before);
    }
  }
}

/// Collective. The state of the run in config.output, where it is to be resumed; `config` then has
/// that run's values of all options that the user left out.
std::optional<train::Resumption> take_over(const mpi::Communicator& communicator,
                                           OptionTable& options, Config& config) {
  if (config.resume && config.overwrite) {
    train::validate(config);  // refuses both together, whatever else is missing
  }
  if (!config.resume) {
    return std::nullopt;
  }
  auto resumption = train::find_resumption(communicator, config.output);
  if (resumption) {
    check_given(options, config, resumption->settings());
    // The one that is given stands for the other.
    options.adopt(resumption->checkpoint.text("config"),
                  options.given("epochs") && !options.given("steps") ? "steps" : "");
    config = options.read(train::config_fields(), defaults());
  }
  return resumption;
}

void warn_of_weights(const Config& config) {
  const auto& objective = config.objective;
  const auto weighs = [&](const char* name) {
    return objective.text(name) && objective.number<double>(name) != 0.0;
  };
  if (objective.objective != "infomax" &&
      (weighs("lambda") || weighs("lambda-a") || weighs("lambda-b"))) {
    log::warning(
        fmt::format("`lambda` weighs the entropies of `objective` infomax; {} has none in it, so "
                    "they are reported only",
                    objective.objective));
  }
}

/// The most that a rank holds, and what of.
std::string describe(const train::MemoryUse& use) {
  const auto text = [](std::size_t bytes) {
    return measure::memory_text(static_cast<double>(bytes));
  };
  std::string parts = fmt::format("{} of rows", text(use.rows));
  const auto add = [&](std::size_t bytes, const char* what) {
    if (bytes > 0) {
      parts += fmt::format(", {} {}", text(bytes), what);
    }
  };
  // Of two things that are never there together, the larger one counts.
  if (use.start > use.batch + use.statistics + use.validation) {
    add(use.start, "for the linear start");
  } else {
    add(use.batch, "for the batch");
    add(use.statistics, "for statistics");
    add(use.validation, "for validation");
  }
  add(use.parameters, "of parameters and state");
  add(use.process, "of the program");
  return fmt::format("at most {} on a rank: {}", text(use.peak()), parts);
}

std::string describe_validation(const Config& config, const train::TrainingOverview& overview) {
  if (!config.validation) {
    return "";
  }
  const std::string& file = config.validation->file;
  std::string where = file.empty() ? "held out of the data" : "of " + file;
  if (const auto& blocks = config.validation_blocks) {
    where += blocks->count == 0
                 ? ", the last ones"
                 : fmt::format(" in {} stretches along the trajectories", blocks->count);
  }
  return fmt::format("validation {} samples, {}\n", overview.held_out_samples, where);
}

/// The type of the parameters, and which products are others than BLAS's.
std::string describe_precision(const Config& config) {
  const auto engine = config.engine.value_or(train::Engine::openblas);
  if (config.precision == train::Precision::bfloat16) {
    return "float, products in bfloat16";
  }
  const auto type = FieldText<train::Precision>::format(config.precision);
  return engine == train::Engine::openblas ? type
                                           : fmt::format("{}, products by engine {}", type,
                                                         FieldText<train::Engine>::format(engine));
}

std::string describe_reproducible(const Config& config, const train::TrainingOverview& overview) {
  if (!config.reproducible) {
    return "";
  }
  return fmt::format(
      "bits       the same at any number of ranks: {} parts a batch of {:.1f} rows each{}\n",
      overview.blocks,
      static_cast<double>(overview.batch_rows) / static_cast<double>(overview.blocks),
      overview.batch_rows < 64 * overview.blocks ? "; fewer --blocks are faster" : "");
}

/// The options whose values are not the defaults, and the three that matter in every run. What the
/// data decide is none of them, unless the user, or the run that goes on, has chosen it.
std::string describe_settings(const Config& config) {
  const auto& fields = train::config_fields();
  const Config standard = defaults();
  FieldTexts shown;
  for (auto& [name, text] : fields.texts(config)) {
    const bool always = name == "data" || name == "encoder" || name == "objective";
    if (always || text != fields.at(name).text(standard)) {
      shown.emplace_back(name, std::move(text));
    }
  }
  return fmt::format("settings   {}(config.ini has all, also defaults)", one_line(shown));
}

std::string describe(const train::Training& training) {
  const Config& config = training.config();
  const auto overview = training.overview();
  std::string networks;
  for (const auto& network : overview.networks) {
    networks += fmt::format("network {}  {} on {} inputs: {} outputs\n", network.name, network.spec,
                            network.inputs, network.outputs);
  }
  return fmt::format(
      "data       {}: {} {} x {} features ({}), normalised by {}\n"
      "{}{}parameters {} in {}\n"
      "batch      {} global rows{}, {} step{} an epoch, {} blocks\n"
      "{}memory     {}\n",
      config.data, overview.samples, model::meaning_of(config.pair).sample_noun(),
      overview.features, hdf5::name(overview.element), data::name(*config.normalize),
      describe_validation(config, overview), networks, overview.parameters,
      describe_precision(config), overview.batch_rows,
      config.batch.value_or(0) > overview.batch_rows && overview.steps_per_epoch > 1
          ? fmt::format(" ({} in as few equal parts as batch {} allows)", overview.samples,
                        *config.batch)
          : "",
      overview.steps_per_epoch, overview.steps_per_epoch == 1 ? "" : "s", overview.blocks,
      describe_reproducible(config, overview), describe(overview.memory));
}

/// A word on a training that ended as planned while J was still rising, as that of small data does
/// where an epoch is a step or two.
std::string describe_rise(const Config& config, const train::TrainSummary& summary) {
  constexpr double considerable = 0.01;  // of J
  const double value = std::abs(summary.last.value.objective);
  if (!summary.ending.empty() || config.optimizer.kind == optim::OptimizerKind::lbfgs ||
      !summary.rise || *summary.rise <= considerable * value) {
    return "";
  }
  return fmt::format(
      "\nJ rose by {:.2g} in the last epoch alone: more --epochs, or a higher --learning-rate, "
      "would raise it further",
      *summary.rise);
}

std::string describe(const Config& config, const train::TrainSummary& summary,
                     const train::RunDirectory& directory) {
  if (summary.steps == 0) {
    // Of several views the networks are separated by bars.
    const std::string first = config.encoder.substr(0, config.encoder.find('|'));
    return fmt::format(
        "wrote {}, {}; `infomax evaluate` computes its objective",
        nn::is_linear_solution(nn::parse_spec(first)) ? "the linear solution" : "the initial model",
        directory.model());
  }
  const auto& value = summary.last.value;
  const std::string best =
      summary.best
          ? fmt::format(
                "best on validation: J {:.6f} after step {}; the model is that of this step\n",
                summary.best->objective, summary.best->step)
          : "";
  return fmt::format(
      "trained {} steps in {:.1f} s ({:.0f} samples/s); last epoch: J {:.6f}, dependence {:.6f}, "
      "H(a) {:.4f}, H(b) {:.4f}\n{}model {}, metrics {}{}",
      summary.steps, summary.seconds, summary.samples / std::max(summary.seconds, 1e-9),
      value.objective, value.dependence, value.entropy_a, value.entropy_b, best, directory.model(),
      directory.metrics(), describe_rise(config, summary));
}

}  // namespace

OptionTable train_options() {
  OptionTable options(
      "train",
      "infomax train --data FILE --encoder SPEC --output RUN [OPTIONS]\n\n"
      "Trains an encoder to maximise an objective of the whole global batch, exactly, on any "
      "number\n"
      "of ranks. For example\n\n"
      "  mpirun -n 4 infomax train --data images.h5 --encoder dense:1024,tanh,dense:64 \\\n"
      "      --lambda 0.1 --batch 4096 --epochs 20 --output runs/first");
  options.add(train::config_fields(), defaults());
  return options;
}

int train(const mpi::Communicator& communicator, OptionTable& options) {
  const auto& fields = train::config_fields();
  Config config = options.read(fields, defaults());
  options.require("output", "runs/first");
  auto resumption = take_over(communicator, options, config);
  options.require("data", "images.h5");
  options.require("encoder", "dense:1024,tanh,dense:64");
  train::validate(config);
  check_unused_options(options, fields, config);
  warn_of_weights(config);

  const std::string settings = describe_settings(config);
  train::Training training(std::move(config), communicator, std::move(resumption));
  log::info(fmt::format("infomax {}  train\n{}{}{}", version,
                        describe_machine(communicator, mpi::find_placement(communicator)),
                        describe(training), settings));
  training.started(since_program_start);
  const auto summary = training.run();
  if (!summary.ending.empty()) {
    log::info(summary.ending);
  }
  log::info(describe(training.config(), summary, *training.directory()));
  return 0;
}

}  // namespace infomax::cli

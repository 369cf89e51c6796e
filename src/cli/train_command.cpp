// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/durability_options.hpp"
#include "cli/linear_options.hpp"
#include "cli/reproducible.hpp"
#include "cli/runtime.hpp"
#include "cli/train_options.hpp"
#include "cli/train_plan.hpp"
#include "cli/training.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/version.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/train/fingerprint.hpp"
#include "infomax/train/trainer.hpp"

namespace infomax::cli {
namespace {

std::string mebibytes(std::size_t bytes) {
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1024.0 * 1024.0));
}

template <math::Real T>
std::string describe(const OptionTable& options, const Prepared& prepared,
                     const Training<T>& training) {
  const auto& model = training.model;
  const auto& sampler = training.sampler;
  const auto lbfgs = lbfgs_options(options);
  const std::size_t parameter_bytes =
      lbfgs ? 2 * model.parameters().size_bytes() +
                  train::lbfgs_bytes(*lbfgs, model.parameters().size())
            : 4 * model.parameters().size_bytes();
  const auto& x = prepared.examples.x;
  const std::string validation_file = validation_choice(options).file;
  const std::string validation =
      prepared.held_out
          ? fmt::format("validation {} samples, {}\n", prepared.held_out->blocks.rows(),
                        validation_file.empty() ? "held out of the data" : "of " + validation_file)
          : "";
  std::string networks;
  for (const auto& member : model.members()) {
    networks +=
        fmt::format("network {}  {} on {} inputs: {} outputs\n", member.name,
                    member.network.spec().text, member.network.inputs(), member.network.outputs());
  }
  const std::size_t row_bytes =
      x.bytes().size() + (prepared.examples.y ? prepared.examples.y->bytes().size() : 0);
  return fmt::format(
      "data       {}: {} {} x {} features ({}), normalised by {}\n"
      "{}{}parameters {} in {}\n"
      "batch      {} global rows, {} steps an epoch, {} blocks\n"
      "{}memory     {} of rows, {} for the batch, {} of parameters and state at most, on rank 0\n"
      "settings   {}",
      options.value<std::string>("data"), prepared.examples.blocks.rows(),
      prepared.options.pair.pair == model::Pair::lag ? "pairs of rows" : "rows", x.features(),
      hdf5::name(x.type()), options.resolved("normalize"), validation, networks,
      model.parameters().size(), std::is_same_v<T, float> ? "float" : "double",
      sampler.global_rows(0), sampler.steps_per_epoch(), prepared.examples.blocks.count(),
      describe_reproducible(options, sampler, prepared.examples.blocks.count()),
      mebibytes(row_bytes), mebibytes(training.sides.bytes()), mebibytes(parameter_bytes),
      options.summary());
}

std::string describe(const train::TrainSummary& summary, const train::RunDirectory& directory) {
  if (summary.steps == 0) {
    return fmt::format("wrote the initial model, {}; `infomax evaluate` says its objective",
                       directory.model());
  }
  const auto& value = summary.last.value;
  const std::string best =
      summary.best
          ? fmt::format("best on validation: J {:.6f} after step {}, which the model is of\n",
                        summary.best->objective, summary.best->step)
          : "";
  return fmt::format(
      "trained {} steps in {:.1f} s ({:.0f} samples/s); last epoch: J {:.6f}, dependence {:.6f}, "
      "H(a) {:.4f}, H(b) {:.4f}\n{}model {}, metrics {}",
      summary.steps, summary.seconds, summary.samples / std::max(summary.seconds, 1e-9),
      value.objective, value.dependence, value.entropy_a, value.entropy_b, best, directory.model(),
      directory.metrics());
}

template <math::Real T>
int train_in(const mpi::Communicator& communicator, OptionTable& options, const Prepared& prepared,
             const train::RunDirectory& directory, const std::string& machine,
             Resumption resumption) {
  Training<T> training(communicator, options, prepared, !resumption.checkpoint);
  auto& settings = training.model.settings;
  prepared.options.pair.to_settings(settings);
  settings.merge(objective::to_settings(prepared.options.objective));
  settings["precision"] = options.value<std::string>("precision");
  settings["normalize"] = options.resolved("normalize");
  record_arithmetic(communicator, options, settings);
  const auto steps_per_epoch = training.sampler.steps_per_epoch();
  train::TrainerOptions trainer;
  trainer.total_steps = total_steps(options, steps_per_epoch);
  if (training.model.parameters().empty() && trainer.total_steps > 0) {
    throw UsageError(
        fmt::format("--encoder {} has nothing to train; add dense:N to it, or write it as it is by "
                    "--steps 0",
                    options.value<std::string>("encoder")));
  }
  trainer.schedule = schedule_options(options, steps_per_epoch);
  trainer.progress = train::parse_progress(options.value<std::string>("progress"));

  set_validation(options, steps_per_epoch, trainer);
  std::optional<train::Validation<T>> validation;
  if (prepared.held_out) {
    validation.emplace(communicator, training.model, *prepared.held_out, prepared.options.pair,
                       validation_micro_batch(prepared.options.micro_batch),
                       objective::make_objective<T>(prepared.options.objective),
                       options.value<bool>("reproducible"));
  }
  auto durable = durability_options(options, steps_per_epoch);
  durable.config = options.ini();
  durable.fingerprint = train::fingerprint(communicator, prepared.examples);
  check_resumption(resumption, options, durable.fingerprint);

  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      train::write_text(directory.config(), options.ini());
    }
  });
  log::info(fmt::format("infomax {}  train\n{}{}", version, machine,
                        describe(options, prepared, training)));
  train::Durability durability(communicator, directory, durable, std::move(resumption.checkpoint));
  const train::RunServices<T> services{validation ? &*validation : nullptr, &durability};
  const auto lbfgs = lbfgs_options(options);
  const auto summary =
      lbfgs ? train::train_lbfgs(communicator, training.model, training.step, directory, trainer,
                                 *lbfgs, services)
            : train::train(communicator, training.model, training.sampler, training.step,
                           *training.optimizer, directory, trainer, services);
  if (!summary.ending.empty()) {
    log::info(summary.ending);
  }
  log::info(describe(summary, directory));
  return 0;
}

}  // namespace

int train(const mpi::Communicator& communicator, const std::vector<std::string>& arguments) {
  OptionTable options = train_option_table();
  if (!options.parse(arguments)) {
    print_result(communicator, options.help());
    return 0;
  }
  (void)train::parse_progress(options.value<std::string>("progress"));
  const std::string output = options.required("output", "runs/first");
  (void)durability_options(options, 1);
  Resumption resumption = find_resumption(communicator, options, output);
  const auto precision = options.value<std::string>("precision");
  if (precision != "float" && precision != "double") {
    throw UsageError(fmt::format("--precision is \"{}\"; it must be float or double", precision));
  }
  const TrainPlan plan = plan_training(options);
  const std::string machine = prepare_compute(communicator, options);
  prepare_reproducible(communicator, options);
  const bool replaces = options.value<bool>("overwrite") || options.value<bool>("resume");
  const auto directory = resumption.checkpoint
                             ? train::RunDirectory::reopen(communicator, output)
                             : train::RunDirectory(communicator, output, replaces);
  const Prepared prepared = prepare(communicator, options, plan);
  return precision == "float" ? train_in<float>(communicator, options, prepared, directory, machine,
                                                std::move(resumption))
                              : train_in<double>(communicator, options, prepared, directory,
                                                 machine, std::move(resumption));
}

}  // namespace infomax::cli

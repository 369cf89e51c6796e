#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/durability_options.hpp"
#include "cli/linear_options.hpp"
#include "cli/objective_options.hpp"
#include "cli/reproducible.hpp"
#include "cli/runtime.hpp"
#include "cli/train_options.hpp"
#include "cli/train_plan.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/version.hpp"
#include "infomax/data/sampler.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/sides.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/train/fingerprint.hpp"
#include "infomax/train/linear_start.hpp"
#include "infomax/train/trainer.hpp"

namespace infomax::cli {
namespace {

std::string mebibytes(std::size_t bytes) {
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1024.0 * 1024.0));
}

template <math::Real T>
std::string describe(const OptionTable& options, const Prepared& prepared,
                     const model::Model<T>& model, const model::Sides<T>& sides,
                     const data::Sampler& sampler) {
  const auto lbfgs = lbfgs_options(options);
  const std::size_t parameter_bytes =
      lbfgs ? 2 * model.parameters().size_bytes() +
                  train::lbfgs_bytes(*lbfgs, model.parameters().size())
            : 4 * model.parameters().size_bytes();
  const auto& x = prepared.examples.x;
  const std::string validation =
      prepared.held_out
          ? fmt::format("validation {} samples, {}\n", prepared.held_out->blocks.rows(),
                        prepared.options.validation.file.empty()
                            ? "held out of the data"
                            : "of " + prepared.options.validation.file)
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
      mebibytes(row_bytes), mebibytes(sides.bytes()), mebibytes(parameter_bytes),
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
void add_networks(model::Model<T>& model, const Prepared& prepared) {
  const auto& examples = prepared.examples;
  const auto& first = prepared.options.encoder;
  if (prepared.options.encoder_b) {
    model.add("a", nn::Network<T>(first, examples.x.features()), prepared.normalization);
    model.add("b", nn::Network<T>(*prepared.options.encoder_b, examples.y->features()),
              prepared.normalization_y);
    return;
  }
  if (prepared.options.pair.pair == model::Pair::views &&
      examples.x.features() != examples.y->features()) {
    throw UsageError(
        fmt::format("--share needs views of equal width, and they have {} and {} "
                    "columns; leave it out",
                    examples.x.features(), examples.y->features()));
  }
  model.add("b", nn::Network<T>(first, examples.x.features()), prepared.normalization);
}

template <math::Real T>
int train_in(const mpi::Communicator& communicator, OptionTable& options, const Prepared& prepared,
             const train::RunDirectory& directory, const std::string& machine,
             Resumption resumption) {
  const auto& examples = prepared.examples;
  model::Model<T> model;
  add_networks(model, prepared);
  objective::check_shapes(prepared.options.objective,
                          model::columns_of_a(model, examples, prepared.options.pair),
                          model.member("b").network.outputs());
  prepared.options.pair.to_settings(model.settings);
  model.settings.merge(objective::to_settings(prepared.options.objective));
  model.settings["precision"] = options.value<std::string>("precision");
  model.settings["normalize"] = options.resolved("normalize");
  record_arithmetic(options, model.settings);
  model.initialize(prepared.options.seed);
  if (prepared.options.linear && !resumption.checkpoint) {
    train::start_linear(communicator, model, examples, prepared.options.pair,
                        prepared.options.objective, options.value<bool>("reproducible"));
  }

  data::Sampler sampler(examples.blocks, examples.shard, prepared.batch_rows,
                        prepared.options.seed);
  model::Sides<T> sides(communicator, model, examples, prepared.options.pair,
                        sampler.largest_local_rows(), prepared.options.micro_batch, true,
                        options.value<bool>("reproducible"));
  const auto objective = objective::make_objective<T>(prepared.options.objective);
  const auto optimizer = optim::make_optimizer<T>(
      optimizer_options(options), model.parameters().size(), train::weight_ranges(model));
  train::Step<T> step(communicator, model, sampler, sides, *objective, step_options(options));
  train::TrainerOptions trainer;
  trainer.total_steps = total_steps(options, sampler.steps_per_epoch());
  trainer.schedule = schedule_options(options, sampler.steps_per_epoch());
  trainer.progress = train::parse_progress(options.value<std::string>("progress"));

  set_validation(options, sampler.steps_per_epoch(), trainer);
  std::optional<train::Validation<T>> validation;
  if (prepared.held_out) {
    validation.emplace(communicator, model, *prepared.held_out, prepared.options.pair,
                       validation_micro_batch(prepared.options.micro_batch),
                       objective::make_objective<T>(prepared.options.objective));
  }
  auto durable = durability_options(options, sampler.steps_per_epoch());
  durable.config = options.ini();
  durable.fingerprint = train::fingerprint(communicator, examples);
  check_resumption(resumption, options, durable.fingerprint);

  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      train::write_text(directory.config(), options.ini());
    }
  });
  log::info(fmt::format("infomax {}  train\n{}{}", version, machine,
                        describe(options, prepared, model, sides, sampler)));
  train::Durability durability(communicator, directory, durable, std::move(resumption.checkpoint));
  const train::Companions<T> companions{validation ? &*validation : nullptr, &durability};
  const auto lbfgs = lbfgs_options(options);
  const auto summary =
      lbfgs ? train::train_lbfgs(communicator, model, step, directory, trainer, *lbfgs, companions)
            : train::train(communicator, model, sampler, step, *optimizer, directory, trainer,
                           companions);
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
  const Understood understood = understand(options);
  const std::string machine = prepare_compute(communicator, options);
  prepare_reproducible(communicator, options);
  const bool replaces = options.value<bool>("overwrite") || options.value<bool>("resume");
  const auto directory = resumption.checkpoint
                             ? train::RunDirectory::reopen(communicator, output)
                             : train::RunDirectory(communicator, output, replaces);
  const Prepared prepared = prepare(communicator, options, understood);
  return precision == "float" ? train_in<float>(communicator, options, prepared, directory, machine,
                                                std::move(resumption))
                              : train_in<double>(communicator, options, prepared, directory,
                                                 machine, std::move(resumption));
}

}  // namespace infomax::cli

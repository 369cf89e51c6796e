#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/linear_options.hpp"
#include "cli/objective_options.hpp"
#include "cli/reproducible.hpp"
#include "cli/runtime.hpp"
#include "cli/train_options.hpp"
#include "cli/unused_options.hpp"
#include "cli/validation_options.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/version.hpp"
#include "infomax/data/augmentation.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/data/sampler.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/sides.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/train/linear_start.hpp"
#include "infomax/train/trainer.hpp"

namespace infomax::cli {
namespace {

constexpr std::size_t default_batch_rows = 4096;
constexpr std::size_t default_lag = 1;

/// What the options say, checked before any data is read.
struct Understood {
  std::string file;
  nn::Spec encoder;
  std::optional<nn::Spec> encoder_b;  ///< of the second network, where there is one
  bool linear = false;                ///< last layers start at the linear solution
  objective::ObjectiveOptions objective;
  model::PairSettings pair;
  model::TargetKind target = model::TargetKind::automatic;
  std::optional<data::NormalizeMode> normalize;
  std::size_t blocks = 0;  ///< 0 = by the number of samples
  std::size_t micro_batch = 0;
  std::uint64_t seed = 0;
  ValidationChoice validation;
};

/// What stands before anything is computed: options resolved, data in memory.
struct Prepared {
  Understood options;
  model::Examples examples;
  std::optional<model::Examples> held_out;  ///< to validate on
  data::Normalization normalization;        ///< of x
  data::Normalization normalization_y;      ///< of the second view, where it has its own network
  std::size_t batch_rows = 0;               ///< global
};

std::size_t resolve_batch(OptionTable& options, std::size_t rows) {
  const std::size_t batch = options.given("batch") ? options.count("batch", "all rows")
                                                   : std::min(default_batch_rows, rows);
  options.resolve("batch", std::to_string(batch));
  return batch;
}

/// Throws UsageError where an option of one pair is given with another.
void require_pair(const OptionTable& options, const char* option, model::Pair pair,
                  model::Pair needed) {
  if (options.given(option) && pair != needed) {
    throw UsageError(fmt::format("--{} is for --pair {}, and --pair is {}", option,
                                 model::name_of(needed), model::name_of(pair)));
  }
}

/// As data::parse_split takes it; empty where the second view is y.
std::string split_of(const OptionTable& options) {
  if (options.given("split-columns")) {
    return fmt::format("columns:{}", options.count("split-columns"));
  }
  return options.given("split-image") ? "image:" + options.value<std::string>("split-image") : "";
}

/// The words of the pair `augment`, checked as far as they can be before data is read.
std::string augment_of(const OptionTable& options, model::Pair pair) {
  require_pair(options, "augment", pair, model::Pair::augment);
  if (pair != model::Pair::augment) {
    return "";
  }
  const auto words = options.required("augment", "noise:0.1,mask:0.2");
  const data::ImageShape any{1, 1};
  (void)data::Augmentation(words, any);
  return words;
}

/// The shape of the rows as images: as said, or that of the data set's rows of two axes or three.
std::string image_of(const OptionTable& options, const model::PairSettings& pair,
                     const data::Rows& x) {
  std::optional<data::ImageShape> image;
  const auto& axes = x.trailing_shape();
  if (options.given("image")) {
    image = data::parse_image_shape(options.value<std::string>("image"));
  } else if (axes.size() == 2 || axes.size() == 3) {
    image = data::ImageShape{axes[axes.size() - 2], axes[axes.size() - 1]};
  }
  data::Augmentation(pair.augment, image).check_features(x.features());
  return image ? data::to_string(*image) : "";
}

std::optional<nn::Spec> second_encoder(const OptionTable& options, model::Pair pair,
                                       const nn::Spec& first) {
  if (pair != model::Pair::views || options.value<bool>("share")) {
    return std::nullopt;
  }
  return options.given("encoder-b") ? nn::parse_spec(options.value<std::string>("encoder-b"))
                                    : first;
}

Understood understand(const OptionTable& options) {
  Understood result;
  result.file = options.required("data", "images.h5");
  result.encoder = nn::parse_spec(options.required("encoder", "dense:1024,tanh,dense:64"));
  result.objective = objective_options(options);
  result.pair.pair = model::parse_pair(options.value<std::string>("pair"));
  for (const char* option : {"split-columns", "split-image", "encoder-b"}) {
    require_pair(options, option, result.pair.pair, model::Pair::views);
  }
  require_pair(options, "lag", result.pair.pair, model::Pair::lag);
  require_pair(options, "image", result.pair.pair, model::Pair::augment);
  result.pair.x_path = options.value<std::string>("x");
  result.pair.y_path = options.value<std::string>("y");
  result.pair.lag = options.given("lag") ? options.count("lag") : default_lag;
  result.pair.lengths_path = options.value<std::string>("lengths");
  result.pair.split = split_of(options);
  result.pair.augment = augment_of(options, result.pair.pair);
  result.encoder_b = second_encoder(options, result.pair.pair, result.encoder);
  result.linear =
      starts_linear(options, result.objective, result.pair.pair, result.encoder, result.encoder_b);
  result.target = model::parse_target_kind(options.value<std::string>("target"));
  if (options.given("normalize")) {
    result.normalize = data::parse_normalize_mode(options.value<std::string>("normalize"));
  }
  result.blocks = options.given("blocks") ? options.count("blocks") : 0;
  result.micro_batch = options.count("micro-batch", "the rank's whole part of the batch");
  result.seed = options.count("seed", "a seed like any other");
  if (options.given("batch")) {
    (void)options.count("batch", "all rows");
  }
  result.validation = validation_choice(options);
  train::TrainerOptions trainer;
  set_validation(options, 1, trainer);
  // These depend on the number of steps an epoch has, but what is wrong with them does not.
  (void)schedule_options(options, 1);
  (void)step_options(options);
  (void)optim::make_optimizer<float>(optimizer_options(options), 0, {});
  (void)lbfgs_options(options);
  check_unused_options(options);
  return result;
}

/// Collective.
Prepared prepare(const mpi::Communicator& communicator, OptionTable& options,
                 const Understood& understood) {
  auto loaded =
      model::load_split_examples(communicator, understood.file, understood.pair, understood.blocks,
                                 {understood.validation.fraction, understood.seed});
  Prepared prepared{understood, std::move(loaded.training), std::move(loaded.held_out), {}, {}, 0};
  const auto& examples = prepared.examples;
  if (understood.pair.pair == model::Pair::target) {
    prepared.options.pair.classes = model::count_classes(communicator, examples, understood.target);
  }
  if (understood.pair.pair == model::Pair::augment) {
    prepared.options.pair.image = image_of(options, understood.pair, examples.x);
    options.resolve("image", prepared.options.pair.image);
  }
  if (understood.pair.pair == model::Pair::lag) {
    options.resolve("lag", std::to_string(understood.pair.lag));
  }
  resolve_linear(options, understood.linear);
  const auto mode = understood.normalize.value_or(data::default_normalize_mode(examples.x.type()));
  options.resolve("normalize", data::name(mode));
  options.resolve("blocks", std::to_string(examples.blocks.count()));
  prepared.normalization =
      model::fit_x(communicator, examples, understood.file, understood.pair, mode);
  if (understood.encoder_b) {
    prepared.normalization_y =
        data::fit_normalization(communicator, *examples.y, examples.blocks, mode);
  }
  if (!understood.validation.file.empty()) {
    prepared.held_out =
        load_validation(communicator, understood.validation.file, prepared.options.pair, examples);
  }
  prepared.batch_rows = resolve_batch(options, examples.blocks.rows());
  return prepared;
}

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
             const train::RunDirectory& directory, const std::string& machine) {
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
  if (prepared.options.linear) {
    train::start_linear(communicator, model, examples, prepared.options.pair,
                        prepared.options.objective);
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
  const train::Companions<T> companions{validation ? &*validation : nullptr};

  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      train::write_text(directory.config(), options.ini());
    }
  });
  log::info(fmt::format("infomax {}  train\n{}{}", version, machine,
                        describe(options, prepared, model, sides, sampler)));
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
  const auto precision = options.value<std::string>("precision");
  if (precision != "float" && precision != "double") {
    throw UsageError(fmt::format("--precision is \"{}\"; it must be float or double", precision));
  }
  (void)train::parse_progress(options.value<std::string>("progress"));
  const std::string output = options.required("output", "runs/first");
  const Understood understood = understand(options);
  const std::string machine = prepare_compute(communicator, options);
  prepare_reproducible(communicator, options);
  const train::RunDirectory directory(communicator, output, options.value<bool>("overwrite"));
  const Prepared prepared = prepare(communicator, options, understood);
  return precision == "float"
             ? train_in<float>(communicator, options, prepared, directory, machine)
             : train_in<double>(communicator, options, prepared, directory, machine);
}

}  // namespace infomax::cli

#include "cli/train_plan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/durability_options.hpp"
#include "cli/linear_options.hpp"
#include "cli/objective_options.hpp"
#include "cli/train_options.hpp"
#include "cli/unused_options.hpp"
#include "infomax/data/augmentation.hpp"

namespace infomax::cli {
namespace {

constexpr std::size_t default_batch_rows = 4096;
constexpr std::size_t default_lag = 1;

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

}  // namespace

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
  (void)durability_options(options, 1);
  // These depend on the number of steps an epoch has, but what is wrong with them does not.
  (void)schedule_options(options, 1);
  (void)step_options(options);
  (void)optim::make_optimizer<float>(optimizer_options(options), 0, {});
  (void)lbfgs_options(options);
  check_unused_options(options);
  return result;
}

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

}  // namespace infomax::cli

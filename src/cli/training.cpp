// SPDX-License-Identifier: BSD-3-Clause
#include "cli/training.hpp"

#include <fmt/format.h>

#include "cli/linear_options.hpp"
#include "cli/objective_options.hpp"
#include "cli/train_options.hpp"
#include "infomax/data/augmentation.hpp"
#include "infomax/data/image.hpp"
#include "infomax/data/split.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/train/linear_start.hpp"

namespace infomax::cli {
namespace {

constexpr std::size_t default_lag = 1;

/// Throws UsageError where an option of one pair is given with another.
void require_pair(const OptionTable& options, const char* option, model::Pair pair,
                  model::Pair needed) {
  if (options.given(option) && pair != needed) {
    throw UsageError(fmt::format("--{} is for --pair {}, and --pair is {}", option,
                                 model::name_of(needed), model::name_of(pair)));
  }
}

/// Throws UsageError where `option` is given beside `other`, which says otherwise.
void require_alone(const OptionTable& options, const char* option, const char* other) {
  if (options.given(option)) {
    throw UsageError(
        fmt::format("--{} and --{} contradict each other; leave one out", option, other));
  }
}

/// As data::parse_split takes it; empty where the second view is y.
std::string split_of(const OptionTable& options) {
  if (options.given("split-columns")) {
    return fmt::format("columns:{}", options.count("split-columns"));
  }
  return options.given("split-image") ? "image:" + options.value<std::string>("split-image") : "";
}

/// Its words, checked as far as they can be before the images' shape is known.
data::Augmentation augmentation_of(const std::string& words) {
  const data::ImageShape any{1, 1};
  return {words, any};
}

/// The words of the pair `augment`.
std::string augment_of(const OptionTable& options, model::Pair pair) {
  require_pair(options, "augment", pair, model::Pair::augment);
  if (pair != model::Pair::augment) {
    return "";
  }
  const auto words = options.required("augment", "noise:0.1,mask:0.2");
  (void)augmentation_of(words);
  return words;
}

std::optional<nn::Spec> second_encoder(const OptionTable& options, model::Pair pair,
                                       const nn::Spec& first) {
  if (pair != model::Pair::views || options.value<bool>("share")) {
    return std::nullopt;
  }
  return options.given("encoder-b") ? nn::parse_spec(options.value<std::string>("encoder-b"))
                                    : first;
}

template <math::Real T>
void add_networks(model::Model<T>& model, const Prepared& prepared) {
  const auto& examples = prepared.examples;
  const auto& first = prepared.options.encoder;
  if (prepared.options.encoder_b) {
    model.add("a", nn::Network<T>(first, nn::Shape(examples.x.trailing_shape())),
              prepared.normalization);
    model.add("b",
              nn::Network<T>(*prepared.options.encoder_b, nn::Shape(examples.y->trailing_shape())),
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
  model.add("b", nn::Network<T>(first, nn::Shape(examples.x.trailing_shape())),
            prepared.normalization);
}

template <math::Real T>
model::Model<T> make_model(const mpi::Communicator& communicator, const OptionTable& options,
                           const Prepared& prepared, bool starts) {
  model::Model<T> model;
  add_networks(model, prepared);
  objective::check_shapes(prepared.options.objective,
                          model::columns_of_a(model, prepared.examples, prepared.options.pair),
                          model.member("b").network.outputs());
  model.initialize(prepared.options.seed);
  if (prepared.options.linear && starts) {
    train::start_linear(communicator, model, prepared.examples, prepared.options.pair,
                        prepared.options.objective, options.value<bool>("reproducible"));
  }
  return model;
}

}  // namespace

Understood understand(const OptionTable& options, const std::string& encoder) {
  Understood result;
  result.encoder = nn::parse_spec(encoder);
  result.objective = objective_options(options);
  result.pair.pair = model::parse_pair(options.value<std::string>("pair"));
  for (const char* option : {"split-columns", "split-image", "encoder-b"}) {
    require_pair(options, option, result.pair.pair, model::Pair::views);
  }
  if (options.value<bool>("share")) {
    require_pair(options, "share", result.pair.pair, model::Pair::views);
    require_alone(options, "encoder-b", "share");
  }
  if (options.given("split-image")) {
    require_alone(options, "split-columns", "split-image");
  }
  require_pair(options, "lag", result.pair.pair, model::Pair::lag);
  if (!options.given("split-image")) {
    require_pair(options, "image", result.pair.pair, model::Pair::augment);
  }
  result.pair.lag = options.given("lag") ? options.count("lag") : default_lag;
  result.pair.split = split_of(options);
  result.pair.augment = augment_of(options, result.pair.pair);
  result.encoder_b = second_encoder(options, result.pair.pair, result.encoder);
  result.linear =
      starts_linear(options, result.objective, result.pair.pair, result.encoder, result.encoder_b);
  result.target = model::parse_target_kind(options.value<std::string>("target"));
  result.blocks = options.given("blocks") ? options.count("blocks") : 0;
  result.micro_batch = options.count("micro-batch", "the rank's whole part of the batch");
  result.seed = options.count("seed", "a seed like any other");
  (void)step_options(options);
  (void)optim::make_optimizer<float>(optimizer_options(options), 0, {});
  return result;
}

bool needs_image(const model::PairSettings& pair) {
  return data::splits_images(pair.split) ||
         (pair.pair == model::Pair::augment && augmentation_of(pair.augment).needs_image());
}

std::string image_of(const OptionTable& options, std::span<const std::size_t> trailing,
                     const std::string& where) {
  const auto said = options.given("image") ? options.value<std::string>("image") : "";
  return data::to_string(data::image_shape(said, trailing, where));
}

template <math::Real T>
Training<T>::Training(const mpi::Communicator& communicator, const OptionTable& options,
                      const Prepared& prepared, bool starts)
    : model(make_model<T>(communicator, options, prepared, starts)),
      sampler(prepared.examples.blocks, prepared.examples.shard, prepared.batch_rows,
              prepared.options.seed),
      sides(communicator, model, prepared.examples, prepared.options.pair,
            sampler.largest_local_rows(), prepared.options.micro_batch, true,
            options.value<bool>("reproducible")),
      objective(objective::make_objective<T>(prepared.options.objective)),
      optimizer(optim::make_optimizer<T>(optimizer_options(options), model.parameters().size(),
                                         train::weight_ranges(model))),
      step(communicator, model, sampler, sides, *objective, step_options(options)) {}

template struct Training<float>;
template struct Training<double>;

}  // namespace infomax::cli

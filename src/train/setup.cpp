// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/setup.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/data/augmentation.hpp"
#include "infomax/data/image.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/math/products.hpp"
#include "infomax/measure/threads.hpp"
#include "infomax/model/arithmetic.hpp"
#include "infomax/model/row_memory.hpp"
#include "infomax/model/sequences.hpp"
#include "infomax/model/view_shapes.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/objective/needs.hpp"
#include "infomax/train/linear_start.hpp"
#include "train/derived.hpp"
#include "train/feature_map.hpp"
#include "train/linear_views.hpp"
#include "train/memory_plan.hpp"
#include "train/multi_views.hpp"
#include "train/paging.hpp"
#include "train/prediction.hpp"

namespace infomax::train {
namespace {

constexpr std::size_t default_batch_rows = 4096;
constexpr std::size_t default_epochs = 10;

void require_features(const data::RowStore& rows, const data::RowStore& training) {
  if (rows.features() != training.features()) {
    throw DataError(fmt::format(
        "{} has rows of {} features and {} of {}; `validation` must be data of the same kind",
        rows.where(), rows.features(), training.where(), training.features()));
  }
}

/// Collective. Throws unless the encoders that read token ids have their ids.
void require_tokens(const mpi::Communicator& communicator, const Config& config,
                    const model::Examples& examples) {
  model::require_tokens(communicator, first_encoder(config), *examples.x);
  if (const auto second = second_encoder(config)) {
    model::require_tokens(communicator, *second, *examples.y);
  }
}

/// Collective. Says how sequences are read: with room for the longest of x, y and the validation
/// file, so that networks fit all of them.
void expect_sequences(const mpi::Communicator& communicator, data::Datasets& source,
                      const Config& config, const model::PairSettings& pair) {
  model::expect_sequences(source, pair, {});
  auto steps = model::steps_of(source, pair);
  if (config.validation && !config.validation->file.empty()) {
    steps = model::longest(steps, model::steps_of(communicator, config.validation->file, pair));
  }
  if (config.share && steps.y > 0) {
    steps.x = steps.y = std::max(steps.x, steps.y);
  }
  model::expect_sequences(source, pair, steps);
}

/// The preprocessing of x. Throws UsageError where another than none is asked for token ids.
data::NormalizeMode mode_of_x(const Config& config, const data::RowStore& x) {
  if (!model::vocabulary_of(first_encoder(config))) {
    return config.normalize.value_or(data::default_normalize_mode(x.type()));
  }
  if (config.normalize && config.normalize != data::NormalizeMode::none) {
    throw UsageError(
        fmt::format("`normalize` {} would change the token ids that `encoder` {} reads; leave it "
                    "out, or give none",
                    data::name(*config.normalize), config.encoder));
  }
  return data::NormalizeMode::none;
}

/// Throws UsageError if random changes make other numbers of token ids.
void check_changes_of_tokens(const Config& config, const model::PairSettings& pair) {
  if (!pair.meaning().changes_rows || !model::vocabulary_of(first_encoder(config))) {
    return;
  }
  const data::ImageShape any{1, 1};
  if (data::Augmentation(pair.augment, any).changes_numbers()) {
    throw UsageError(
        fmt::format("`augment` {} would change the token ids that `encoder` {} reads; tokens may "
                    "have timeshift:K, timemask:K and tokenmask:P",
                    pair.augment, config.encoder));
  }
}

/// Throws UsageError if random changes mix values of pixels that preprocessing puts on scales of
/// their own.
void check_mixing_of_colors(const model::PairSettings& pair, data::NormalizeMode mode) {
  using data::NormalizeMode;
  if (pair.augment.empty() || mode == NormalizeMode::none || mode == NormalizeMode::scale) {
    return;
  }
  const data::ImageShape any{1, 1};
  if (data::Augmentation(pair.augment, any).mixes_colors()) {
    throw UsageError(
        fmt::format("`augment` {} changes colours, and `normalize` {} gives every pixel a zero of "
                    "its own; give "
                    "`normalize` scale, or none",
                    pair.augment, data::name(mode)));
  }
}

/// Collective. The examples of a validation file, which must be of the training data's kind.
model::Examples load_validation(const mpi::Communicator& communicator, const Config& config,
                                const model::PairSettings& pair, const model::Examples& training) {
  const auto steps = [](const std::shared_ptr<const data::RowStore>& rows) {
    return rows && rows->has_lengths() ? rows->steps() : 0;
  };
  auto examples = model::load_examples(communicator, config.validation->file, pair, 0,
                                       {steps(training.x), steps(training.y)},
                                       model::streaming(communicator, config, config.page_rows));
  require_features(*examples.x, *training.x);
  if (examples.y) {
    require_features(*examples.y, *training.y);
  }
  if (pair.classes > 0) {
    data::require_labels_below(communicator, *examples.y, pair.classes);
  }
  require_tokens(communicator, config, examples);
  return examples;
}

/// Collective. The classes of y, 0 of values. Where the rows were chosen from others, the classes
/// of all: which rows were chosen then does not change what the model is made of.
std::size_t count_classes_of_all(const mpi::Communicator& communicator, data::Datasets& source,
                                 const Config& config, const model::Examples& examples) {
  const bool may_be_labels =
      config.target != model::TargetKind::values && data::holds_labels(examples.y->whole());
  // First, as its messages name rows of all.
  const std::size_t of_all = may_be_labels ? source.class_count_of_all(config.y) : 0;
  return std::max(of_all, model::count_classes(communicator, examples, config.target));
}

/// Sets what options of the objective come to where their defaults depend on the pair.
void settle_objective(Config& config) {
  const auto read = objective::fields_of(config.objective);
  const auto is_unset = [&](const char* option) {
    return std::ranges::find(read, option) != read.end() && !config.objective.text(option);
  };
  // The pair predict has critics of its own.
  if (is_unset("critic") && config.pair != model::Pair::predict) {
    config.objective.set("critic", objective::default_critic_name(config.objective.objective));
  }
  if (is_unset("symmetric")) {
    const auto& pair = model::meaning_of(config.pair);
    config.objective.set("symmetric",
                         pair.encodes_both_sides() && !pair.is_lagged ? "true" : "false");
  }
}

/// Sets what an encoder linear:N, or the absence of one, implies.
void settle_lengths(Config& config) {
  config.init = starts_linear(config) ? Initialization::linear : Initialization::glorot;
  if (is_untrained_baseline(config)) {
    config.steps = 0;
    log::info(fmt::format(
        "encoder {} is the exact linear solution: nothing is trained; `steps` or `epochs` would",
        config.encoder));
  }
  config.epochs = config.epochs.value_or(default_epochs);
}

/// The networks of a model before it has their parameters, first that of the first view.
template <math::Real T>
using Networks = std::vector<std::pair<model::Role, nn::Network<T>>>;

template <math::Real T>
Networks<T> make_networks(const Config& config, const TrainingData& data) {
  const auto& examples = data.examples;
  const bool joins_views = data.pair.meaning().joins_views;
  const nn::Spec first = joins_views ? join_encoders(config, data.pair) : first_encoder(config);
  if (!config.projector.empty()) {
    // Throws where the encoder without its projector is no network, such as one that ends in steps.
    (void)nn::Graph(nn::parse_spec(config.encoder), nn::Shape(examples.x->trailing_shape()));
  }
  Networks<T> networks;
  if (const auto second = second_encoder(config)) {
    networks.emplace_back(model::Role::encoder_a,
                          nn::Network<T>(first, nn::Shape(examples.x->trailing_shape())));
    networks.emplace_back(model::Role::encoder_b,
                          nn::Network<T>(*second, nn::Shape(examples.y->trailing_shape())));
    return networks;
  }
  if (data.pair.meaning().has_two_views() && examples.x->features() != examples.y->features()) {
    throw UsageError(
        fmt::format("`share` needs views of equal width, and they have {} and {} "
                    "columns; leave it out",
                    examples.x->features(), examples.y->features()));
  }
  networks.emplace_back(model::Role::encoder_b,
                        nn::Network<T>(first, nn::Shape(examples.x->trailing_shape())));
  return networks;
}

/// Throws UsageError where a moving average of the encoder would not be one of both sides'.
void require_shared_encoder(const Config& config, std::size_t networks) {
  if (networks > 1 || !model::meaning_of(config.pair).encodes_both_sides()) {
    throw UsageError(fmt::format(
        "`objective` {} compares what one encoder and its moving average make of two views: give "
        "`pair` augment or lag, or views with `share`",
        config.objective.objective));
  }
}

template <math::Real T>
model::Model<T> make_model(const mpi::Communicator& communicator, const Config& config,
                           const TrainingData& data, bool starts, MemoryUse& memory) {
  const auto objective = config.objective_options();
  model::Model<T> model;
  auto networks = make_networks<T>(config, data);
  model::NetworksByRole<T> planned;
  for (const auto& [role, network] : networks) {
    planned[role] = &network;
  }
  const objective::Needs needs = objective::needs_of(objective);
  if (needs.target_network) {
    require_shared_encoder(config, networks.size());
    planned[model::Role::target] = planned[model::Role::encoder_b];
  }
  memory = plan_memory<T>(communicator, config, data, planned, starts);
  require_memory_for(communicator, config, data, memory);
  const bool two = networks.size() > 1;
  for (auto& [role, network] : networks) {
    const bool of_y = two && role == model::Role::encoder_b;
    model.add(role, std::move(network), of_y ? data.normalization_y : data.normalization);
  }
  const std::size_t p = model::columns_of_a(model, data.examples, data.pair);
  const std::size_t q = model.member(model::Role::encoder_b).network.outputs();
  if (needs.target_network) {
    const auto& encoder = model.member(model::Role::encoder_b).network;
    model.add(model::Role::target, nn::Network<T>(encoder.spec(), encoder.input_shape()),
              data.normalization);
  }
  objective::require(
      needs, objective.objective,
      {.p = p, .q = q, .both_encoded = model::meaning_of(config.pair).encodes_both_sides()});
  const auto described = objective::make_objective<T>(objective);
  const std::size_t own_count = described->parameter_count(p, q);
  if (config.critic_learning_rate && own_count == 0) {
    throw UsageError(fmt::format(
        "`critic_learning_rate` is of an objective's own parameters, and `objective` {} "
        "has none: leave it out",
        objective.objective));
  }
  model.add_objective_parameters(own_count);
  model.initialize(config.seed);
  if (needs.target_network) {
    model.move_target(0.0);
  }
  described->initialize(model.objective_parameters(), p, q, config.seed);
  if (starts && starts_linear(config) && data.pair.meaning().joins_views) {
    start_linear_views(communicator, model, data.examples, objective, config.linear_ridge,
                       config.reproducible);
  } else if (starts && starts_linear(config)) {
    start_linear(communicator, model, data.examples, data.pair, objective, linear_ridges(config),
                 config.reproducible);
  }
  return model;
}

/// Labels as the second view are mostly a slip: numbers of classes are no quantities.
void warn_of_labels(const data::RowStore& y) {
  if (y.features() == 1 && hdf5::is_integer(y.type())) {
    log::warning(fmt::format(
        "{} holds a whole number a row, and `pair` views takes it for what the second network "
        "encodes; if these are classes, give `pair` target",
        y.where()));
  }
}

}  // namespace

void prepare_arithmetic(const mpi::Communicator& communicator, const Config& config) {
  measure::choose_threads(communicator, config.threads);
  if (config.reproducible) {
    math::set_blas_threads(1);
  }
  const math::Products products = products_of(config);
  mpi::together(communicator, [&] { math::require_products(products); });
  if (config.reproducible) {
    model::require_one_arithmetic(communicator, products);
  }
}

model::PairSettings settle_pair(Config& config, std::span<const std::size_t> trailing,
                                const std::string& where) {
  auto pair = pair_settings(config);
  if (needs_image(pair)) {
    pair.image = data::to_string(data::image_shape(config.image, trailing, where));
    config.image = pair.image;
  }
  settle_objective(config);
  const nn::Shape sample(std::vector<std::size_t>(trailing.begin(), trailing.end()));
  pair.local_layer = config.pair == model::Pair::predict ? settle_prediction(config, sample)
                                                         : settle_feature_map(config, sample);
  return pair;
}

TrainingData load_training_data(const mpi::Communicator& communicator, data::Datasets& source,
                                Config& config) {
  source.stream(model::streaming(communicator, config, config.page_rows));
  expect_sequences(communicator, source, config, pair_settings(config));
  const std::string x_path = pair_settings(config).x_path;
  const auto x = source.shape(x_path);
  auto pair = settle_pair(config, x.trailing, x.where);
  if (pair.meaning().joins_views) {
    pair.view_shapes = model::view_shapes(source, x_path);
    settle_views(config, pair);
  }
  check_changes_of_tokens(config, pair);
  const double fraction = config.validation ? config.validation->fraction : 0.0;
  const auto stretches =
      config.validation_blocks ? std::optional(config.validation_blocks->count) : std::nullopt;
  auto loaded = model::load_split_examples(communicator, source, pair, config.blocks.value_or(0),
                                           {fraction, config.seed, stretches});
  if (loaded.stretches) {
    config.validation_blocks = ValidationBlocks{*loaded.stretches};
  }
  TrainingData data{std::move(pair),           std::move(loaded.training), {}, {}, 0,
                    std::move(loaded.held_out)};
  const auto& examples = data.examples;
  data.paging = settle_paging(config, source, examples);
  if (data.pair.meaning().has_targets()) {
    data.pair.class_names = source.text_classes(config.y);
    if (!data.pair.class_names.empty() && config.target == model::TargetKind::values) {
      throw DataError(
          fmt::format("{} holds strings, which are classes; `target` values needs numbers",
                      examples.y->where()));
    }
    data.pair.classes = data.pair.class_names.empty()
                            ? count_classes_of_all(communicator, source, config, examples)
                            : data.pair.class_names.size();
  }
  if (data.pair.meaning().is_lagged) {
    config.lag = data.pair.lag;
  }
  if (examples.y && data.pair.meaning().has_two_views()) {
    warn_of_labels(*examples.y);
  }
  settle_lengths(config);
  const bool joins_views = data.pair.meaning().joins_views;
  const auto mode = joins_views ? config.normalize.value_or(data::NormalizeMode::standardize)
                                : mode_of_x(config, *examples.x);
  check_mixing_of_colors(data.pair, mode);
  config.normalize = mode;
  require_tokens(communicator, config, examples);
  config.blocks = examples.blocks.count();
  data.normalization = model::fit_x(communicator, examples, source, data.pair, mode,
                                    !joins_views && model::reads_steps(first_encoder(config)));
  if (const auto second = second_encoder(config)) {
    const auto mode_y = model::vocabulary_of(*second) ? data::NormalizeMode::none : mode;
    data.normalization_y = data::fit_normalization(communicator, *examples.y, examples.blocks,
                                                   mode_y, model::reads_steps(*second));
  }
  if (config.validation && !config.validation->file.empty()) {
    data.held_out = load_validation(communicator, config, data.pair, examples);
  }
  config.batch = config.batch.value_or(std::min(default_batch_rows, examples.blocks.rows()));
  data.batch_rows = *config.batch;
  return data;
}

template <math::Real T>
Setup<T>::Setup(const mpi::Communicator& communicator, const Config& config,
                const TrainingData& data, bool starts)
    : model(make_model<T>(communicator, config, data, starts, memory)),
      sampler(data.examples.blocks, data.examples.shard, data.batch_rows, config.seed, data.paging),
      sides(communicator, model, data.examples, data.pair, sampler.largest_local_rows(),
            config.micro_batch, true, config.reproducible),
      objective(objective::make_objective<T>(config.objective_options())),
      optimizer(optim::make_optimizer<T>(optimizer_options(config), model.parameters().size(),
                                         weight_ranges(model))),
      step(communicator, model, sampler, sides, *objective, step_options(config)) {}

template struct Setup<float>;
template struct Setup<double>;

}  // namespace infomax::train

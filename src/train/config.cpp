// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/core/error.hpp"
#include "infomax/data/augmentation.hpp"
#include "infomax/data/image.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/train/linear_start.hpp"
#include "train/derived.hpp"
#include "train/linear_views.hpp"
#include "train/multi_views.hpp"
#include "train/prediction.hpp"

namespace infomax::train {
namespace {

/// With two sides of one network, half of what stats::ExactSum can add; some room is left.
constexpr std::size_t most_reproducible_blocks = std::size_t{1} << 20U;

FieldTable<Config> make_fields() {
  FieldTable<Config> table;
  table.include(data_fields())
      .include(pair_fields())
      .include(network_fields())
      .include(objective_fields())
      .include(optimisation_fields())
      .include(validation_fields())
      .include(run_fields())
      .include(measure::thread_fields());
  std::vector<std::string> changeable;
  for (const auto& field : table.fields()) {
    if (field.may_change && field.name != "data" && field.name != "output") {
      changeable.push_back(field.name);
    }
  }
  table.amend("resume", [&](Field<Config>& row) {
    row.help += fmt::format(" These may change: {}; `data` if its content is the same",
                            fmt::join(changeable, ", "));
  });
  return table;
}

/// A field of one pair, which must not be given with another.
void require_pair(bool given, const char* name, model::Pair pair) {
  const model::PairMeaning& needed = model::pair_of_field(name);
  if (given && &needed != &model::meaning_of(pair)) {
    throw UsageError(fmt::format("`{}` is for `pair` {}, and `pair` is {}", name, needed.name,
                                 model::name_of(pair)));
  }
}

void refuse_both(bool both, const char* quoted, const char* other) {
  if (both) {
    throw UsageError(fmt::format("{} and {} contradict each other; leave one out", quoted, other));
  }
}

void validate_pair(const Config& config) {
  const auto pair = config.pair;
  const bool splits_image = !config.split_image.empty();
  require_pair(config.split_columns.has_value(), "split_columns", pair);
  require_pair(splits_image, "split_image", pair);
  require_pair(!config.encoder_b.empty(), "encoder_b", pair);
  require_pair(config.share, "share", pair);
  require_pair(config.lag.has_value(), "lag", pair);
  require_pair(!config.views.empty(), "views", pair);
  require_pair(config.linear_ridge.has_value(), "linear_ridge", pair);
  const bool takes_changes = model::meaning_of(pair).takes_changes();
  if (!takes_changes) {
    require_pair(!config.augment.empty(), "augment", pair);
  }
  if (!splits_image && (!takes_changes || config.augment.empty())) {
    require_pair(!config.image.empty(), "image", pair);
  }
  if (!model::meaning_of(pair).is_lagged && objective::is_reversible(config.objective_options())) {
    throw UsageError(
        fmt::format("`reversible` is for `pair` lag, and `pair` is {}", model::name_of(pair)));
  }
  refuse_both(config.share && !config.encoder_b.empty(), "`encoder_b`", "`share`");
  refuse_both(splits_image && config.split_columns, "`split_columns`", "`split_image`");
  if (model::meaning_of(pair).changes_rows && config.augment.empty()) {
    throw UsageError("`augment` is missing, for example `augment` noise:0.1,mask:0.2");
  }
  if (!config.augment.empty()) {
    const data::ImageShape any{1, 1};
    (void)data::Augmentation(config.augment, any);
  }
}

/// Each of them alone, so that a message counts positions in the text that was given.
void validate_networks(const Config& config) {
  for (const std::string& encoder : encoders_of(config)) {
    (void)nn::parse_spec(encoder);
  }
  const nn::Spec encoder = nn::parse_spec(encoders_of(config).front());
  if (!config.encoder_b.empty()) {
    (void)nn::parse_spec(config.encoder_b);
  }
  if (config.projector.empty()) {
    return;
  }
  const nn::Spec projector = nn::parse_spec(config.projector);
  for (const auto& [spec, field] : {std::pair{&encoder, "encoder"}, {&projector, "projector"}}) {
    if (nn::is_linear_solution(*spec)) {
      throw UsageError(
          fmt::format("`{}` {} is the linear solution, which has no projector; write dense:{} and "
                      "`init` linear",
                      field, spec->text, spec->items.back().arguments[0].value));
    }
  }
}

/// An engine is for floats, and L-BFGS's line search for gradients that are those of its values.
void validate_arithmetic(const Config& config) {
  const auto engine = config.engine;
  if (config.precision == Precision::float64 && engine && *engine != Engine::openblas) {
    throw UsageError(
        fmt::format("`engine` {} multiplies floats only; leave it out with `precision` double",
                    FieldText<Engine>::format(*engine)));
  }
  if (config.precision == Precision::bfloat16 && engine == Engine::openblas) {
    throw UsageError("`engine` openblas does not multiply bfloat16 numbers; leave it out");
  }
  if (config.precision == Precision::bfloat16 &&
      config.optimizer.kind == optim::OptimizerKind::lbfgs) {
    throw UsageError(
        "`precision` bfloat16 rounds values more coarsely than the line search of lbfgs compares "
        "them; use `precision` float, or another `optimizer`");
  }
  if (config.reproducible && engine == Engine::automatic) {
    throw UsageError(
        "`engine` auto chooses by times, which are never the same twice; for `reproducible` name "
        "openblas or onednn");
  }
}

void validate_linear_start(const Config& config) {
  const nn::Spec encoder = first_encoder(config);
  const auto encoder_b = second_encoder(config);
  const bool baseline = nn::is_linear_solution(encoder);
  if (encoder_b && nn::is_linear_solution(*encoder_b) != baseline) {
    throw UsageError(fmt::format(
        "`encoder` is {} and `encoder_b` {}: the linear solution is one for both together; make "
        "both linear:N, or neither and use `init` linear",
        encoder.text, encoder_b->text));
  }
  if (baseline && config.init == Initialization::glorot) {
    throw UsageError(
        fmt::format("`encoder` {} is the linear solution; with `init` glorot write dense:{}",
                    encoder.text, encoder.items.back().arguments[0].value));
  }
  if (starts_linear(config)) {
    if (!config.augment.empty() && !model::meaning_of(config.pair).changes_rows) {
      throw UsageError(
          "`augment` changes the rows at random, and the linear solution is that of rows as they "
          "are; leave `augment` out, or start otherwise");
    }
    if (config.pair == model::Pair::multi) {
      check_linear_views(config.objective_options(), config.linear_ridge, encoders_of(config));
      return;
    }
    check_linear_start(config.objective_options(), config.pair, linear_ridges(config), encoder,
                       encoder_b);
  }
  const bool is_trained = config.steps ? *config.steps > 0 : config.epochs.has_value();
  if (objective::is_only_linear(config.objective_options()) && (!baseline || is_trained)) {
    throw UsageError(fmt::format(
        "`objective` {} grows without end with the scale of trained outputs: give `encoder` "
        "linear:K, and neither `steps` nor `epochs`",
        config.objective.objective));
  }
  if (!starts_linear(config) && config.linear_ridge) {
    throw UsageError(
        "`linear_ridge` is for the linear solution; give `encoder` linear:N or `init` linear, or "
        "leave it out");
  }
  if (!starts_linear(config) && linear_ridges(config).given()) {
    throw UsageError(
        "`linear_ridge_a` and `linear_ridge_b` are for the linear solution; give `encoder` "
        "linear:N or `init` linear, or leave them out");
  }
}

void validate_validation(const Config& config) {
  if (config.validation_blocks) {
    require_pair(true, "validation_blocks", config.pair);
    if (!config.validation || !config.validation->file.empty()) {
      throw UsageError(
          "`validation_blocks` says where a share of the pairs is held out; give `validation` 0.1");
    }
  }
  if (config.validation) {
    return;
  }
  for (const auto& [given, quoted] : {std::pair{config.early_stop.has_value(), "`early_stop`"},
                                      {config.validate_every.has_value(), "`validate_every`"}}) {
    if (given) {
      throw UsageError(fmt::format(
          "{} needs held-out data; give `validation` 0.1 or `validation` FILE", quoted));
    }
  }
}

void validate_run(const Config& config) {
  if (config.resume && config.overwrite) {
    throw UsageError("`resume` goes on with a run and `overwrite` replaces it; give one of them");
  }
  if (config.resume && config.output.empty()) {
    throw UsageError("`resume` needs the run's directory; give `output`");
  }
  const Duration& stall = config.stall_timeout;
  if (config.output.empty() && stall.seconds() > 0.0 && stall != RunConfig{}.stall_timeout) {
    throw UsageError(
        "`stall_timeout` needs a directory where ranks leave word; give `output`, or leave it out");
  }
  if (!config.reproducible) {
    return;
  }
  if (config.threads > 1) {
    throw UsageError(
        "`reproducible` takes one BLAS thread a rank; leave out `threads` and start more ranks");
  }
  if (config.blocks.value_or(0) > most_reproducible_blocks) {
    throw UsageError(fmt::format("`reproducible` takes at most {} blocks, and `blocks` is {}",
                                 most_reproducible_blocks, *config.blocks));
  }
}

}  // namespace

const FieldTable<Config>& config_fields() {
  static const FieldTable<Config> table = make_fields();
  return table;
}

void validate(const Config& config) {
  config_fields().check(config);
  validate_run(config);
  if (config.encoder.empty()) {
    throw UsageError("`encoder` is missing, for example `encoder` dense:1024,tanh,dense:64");
  }
  validate_networks(config);
  objective::validate(config.objective_options());
  validate_pair(config);
  validate_views(config);
  validate_linear_start(config);
  validate_arithmetic(config);
  optimizer_options(config).check();
  schedule(config, 1).check();
  if (config.optimizer.kind == optim::OptimizerKind::lbfgs && config.batch != 0U) {
    throw UsageError(
        "`optimizer` lbfgs takes the whole data set as one batch: give `batch` 0, and "
        "`micro_batch` where memory is short");
  }
  if (config.optimizer.kind == optim::OptimizerKind::lbfgs &&
      !objective::ascends_itself(config.objective_options())) {
    throw UsageError(fmt::format(
        "`optimizer` lbfgs searches along the gradient of a value, and `objective` {} is trained "
        "by another: choose another `optimizer`",
        config.objective.objective));
  }
  validate_prediction(config);
  validate_validation(config);
}

}  // namespace infomax::train

// SPDX-License-Identifier: BSD-3-Clause
#include "train/derived.hpp"

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/data/augmentation.hpp"
#include "infomax/data/image.hpp"
#include "infomax/data/split.hpp"
#include "train/multi_views.hpp"

namespace infomax::train {
namespace {

constexpr std::size_t default_lag = 1;
constexpr std::size_t default_epochs = 10;

/// As data::parse_split takes it; empty where the second view is y.
std::string split_of(const Config& config) {
  if (config.split_columns) {
    return fmt::format("columns:{}", *config.split_columns);
  }
  return config.split_image.empty() ? "" : "image:" + config.split_image;
}

/// The network that ends in the projector, where there is one.
nn::Spec projected(const Config& config, const std::string& encoder) {
  return nn::parse_spec(config.projector.empty() ? encoder : encoder + "," + config.projector);
}

}  // namespace

nn::Spec first_encoder(const Config& config) {
  return projected(config, encoders_of(config).front());
}

std::optional<nn::Spec> second_encoder(const Config& config) {
  if (!model::meaning_of(config.pair).has_two_views() || config.share) {
    return std::nullopt;
  }
  return projected(config, config.encoder_b.empty() ? config.encoder : config.encoder_b);
}

model::PairSettings pair_settings(const Config& config) {
  model::PairSettings settings;
  settings.pair = config.pair;
  settings.x_path = settings.meaning().joins_views ? config.views : config.x;
  settings.y_path = config.y;
  settings.lengths_path = config.lengths;
  settings.padding_value = config.padding_value;
  settings.split = split_of(config);
  settings.augment = config.augment;
  settings.projector = config.projector;
  settings.lag = config.lag.value_or(default_lag);
  return settings;
}

bool needs_image(const model::PairSettings& pair) {
  const data::ImageShape any{1, 1};
  return data::splits_images(pair.split) ||
         (!pair.augment.empty() && data::Augmentation(pair.augment, any).needs_image());
}

bool starts_linear(const Config& config) {
  return config.init == Initialization::linear || nn::is_linear_solution(first_encoder(config));
}

std::size_t validation_rows(const Config& config) {
  constexpr std::size_t enough = 4096;
  return config.micro_batch == 0 ? enough : config.micro_batch;
}

objective::LinearRidges linear_ridges(const Config& config) {
  return {config.linear_ridge_a, config.linear_ridge_b};
}

bool is_untrained_baseline(const Config& config) {
  return !config.steps && !config.epochs && nn::is_linear_solution(first_encoder(config));
}

std::uint64_t total_steps(const Config& config, std::uint64_t steps_per_epoch) {
  if (config.steps) {
    return *config.steps;
  }
  return is_untrained_baseline(config) ? 0
                                       : in_steps(epochs(config.epochs.value_or(default_epochs)),
                                                  steps_per_epoch, "`epochs`");
}

optim::OptimizerOptions optimizer_options(const Config& config) {
  auto options = config.optimizer;
  if (options.kind == optim::OptimizerKind::adamw) {
    options.decoupled_decay = config.weight_decay;
  }
  return options;
}

optim::Schedule schedule(const Config& config, std::uint64_t steps_per_epoch) {
  optim::Schedule schedule;
  schedule.kind = config.schedule;
  schedule.peak = config.learning_rate;
  schedule.warmup_steps = in_steps(config.warmup, steps_per_epoch, "`warmup`");
  schedule.total_steps = total_steps(config, steps_per_epoch);
  schedule.final_fraction = config.final_fraction;
  schedule.period_steps = in_steps(config.decay_every, steps_per_epoch, "`decay_every`");
  schedule.factor = config.decay_factor;
  schedule.check();
  return schedule;
}

math::Products products_of(const Config& config) {
  using math::Products;
  switch (config.precision) {
    case Precision::float64:
      return Products::blas;
    case Precision::bfloat16:
      return Products::bfloat16;
    case Precision::float32:
      break;
  }
  switch (config.engine.value_or(Engine::openblas)) {
    case Engine::onednn:
      return Products::onednn;
    case Engine::automatic:
      return Products::fastest;
    case Engine::openblas:
      break;
  }
  return Products::blas;
}

StepOptions step_options(const Config& config) {
  StepOptions options;
  options.clip_norm = config.clip_norm;
  const bool decoupled = config.optimizer.kind == optim::OptimizerKind::adamw;
  options.weight_decay = decoupled ? 0.0 : config.weight_decay;
  options.own_rate =
      config.critic_learning_rate.value_or(config.learning_rate) / config.learning_rate;
  options.seed = config.seed;
  options.products = products_of(config);
  return options;
}

TrainerOptions trainer_options(const Config& config, std::uint64_t steps_per_epoch) {
  TrainerOptions options;
  options.total_steps = total_steps(config, steps_per_epoch);
  options.schedule = schedule(config, steps_per_epoch);
  options.progress = config.progress;
  options.validate_every_steps =
      in_steps(config.validate_every.value_or(epochs(1)), steps_per_epoch, "`validate_every`");
  options.patience = config.early_stop.value_or(0);
  return options;
}

DurabilityOptions durability_options(const Config& config, std::uint64_t steps_per_epoch) {
  DurabilityOptions options;
  const auto& every = config.checkpoint_every.every;
  if (const auto* const length = std::get_if<Length>(&every)) {
    options.every_steps = in_steps(*length, steps_per_epoch, "`checkpoint_every`");
  } else if (const auto* const time = std::get_if<Duration>(&every)) {
    options.every_s = time->seconds();
  } else {
    options.checkpoints = false;
  }
  options.keep = config.keep;
  options.time_limit_s = config.time_limit.seconds();
  options.check_replicas_every_steps = config.check_replicas;
  options.stall_timeout_s = config.stall_timeout.seconds();
  return options;
}

std::optional<LbfgsOptions> lbfgs_options(const Config& config) {
  if (config.optimizer.kind != optim::OptimizerKind::lbfgs) {
    return std::nullopt;
  }
  return LbfgsOptions{config.lbfgs_history, config.tolerance};
}

}  // namespace infomax::train

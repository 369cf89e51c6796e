// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>

#include "infomax/core/field.hpp"
#include "infomax/optim/optimizer_options.hpp"
#include "infomax/optim/schedule.hpp"
#include "infomax/train/length.hpp"

namespace infomax::train {

/// How parameters move, and how many steps of how many rows there are.
struct OptimisationConfig {
  optim::OptimizerOptions optimizer;  ///< which one, and its numbers
  double learning_rate = 1e-3;        ///< the peak of the schedule, above 0
  /// The peak of the objective's own parameters, such as a critic's; unset: learning_rate.
  std::optional<double> critic_learning_rate;
  std::size_t micro_batch = 0;  ///< local rows; 0 = a rank's whole part of the batch
  /// D: J loses D/2 times the squared norm of the weights. For adamw the decay is decoupled.
  double weight_decay = 0.0;
  double clip_norm = 0.0;  ///< 0 = never

  std::optional<std::size_t> batch;   ///< B, global rows; 0 = all; unset: 4096, or all if fewer
  std::optional<std::size_t> epochs;  ///< unset: 10, or 0 of an encoder linear:N
  std::optional<std::size_t> steps;   ///< in place of epochs
  /// How the learning rate changes after the warm-up.
  optim::ScheduleKind schedule = optim::ScheduleKind::constant;
  Length warmup;                   ///< linear rise of the learning rate
  Length decay_every;              ///< of the schedule `step`: its period
  double decay_factor = 0.1;       ///< of the schedule `step`: the factor after each period
  double final_fraction = 0.0;     ///< of the schedule `cosine`: its end as a fraction of the peak
  std::size_t lbfgs_history = 10;  ///< pairs of steps and gradient changes that are kept, 1 to 1000
  /// lbfgs ends where |gradient| <= tolerance max(1, |parameters|).
  double tolerance = 1e-7;
};

/// The fields of OptimisationConfig: names, help and checks.
[[nodiscard]] inline FieldTable<OptimisationConfig> optimisation_fields() {
  using Config = OptimisationConfig;
  using optim::ScheduleKind;
  const auto lbfgs = [](const Config& config) {
    return config.optimizer.kind == optim::OptimizerKind::lbfgs;
  };
  FieldTable<Config> table;
  table.group("Optimisation")
      .include(&Config::optimizer, optim::optimizer_fields())
      .add("learning-rate", &Config::learning_rate, "R",
           "size of a step, the peak of `schedule`; lbfgs finds its own", above(0.0))
      .may_change()
      .refused_with("optimizer", "lbfgs", "finds its own steps")
      .after("optimizer")
      .add("critic-learning-rate", &Config::critic_learning_rate, "R",
           "the same of the objective's own parameters, such as a critic's; unset: "
           "`learning-rate`",
           above(0.0))
      .may_change()
      .refused_with("optimizer", "lbfgs", "finds its own steps")
      .add("micro-batch", &Config::micro_batch, "M",
           "rows a rank holds activations of at a time; bounds memory, changes no result; 0 = its "
           "whole part of the batch",
           zero_or_more("the rank's whole part of the batch"))
      .may_change()
      .after("learning-rate")
      .add("weight-decay", &Config::weight_decay, "D",
           "J loses D/2 times the squared norm of the weights; with adamw, decoupled",
           at_least(0.0))
      .add("clip-norm", &Config::clip_norm, "C", "shorten the gradient to this norm; 0 = never",
           at_least(0.0))
      .refused_with("optimizer", "lbfgs", "finds its own steps");
  table.group("Length")
      .add("batch", &Config::batch, "B",
           "global rows a step, all ranks together; 0 = all; default 4096, or all where there are "
           "fewer",
           zero_or_more("all rows"))
      .decided_by_data()
      .add("epochs", &Config::epochs, "E", "passes over the data; default 10",
           zero_or_more("write the initial model"))
      .may_change()
      .add("steps", &Config::steps, "K",
           "steps in all, instead of `epochs`; 0 writes the initial model",
           zero_or_more("write the initial model"))
      .may_change()
      .add("schedule", &Config::schedule, "NAME",
           "of the learning rate after warm-up: constant, step or cosine")
      .may_change()
      .refused_with("optimizer", "lbfgs", "finds its own steps")
      .add("warmup", &Config::warmup, "LENGTH",
           "linear rise of the learning rate, such as 500steps or 2epochs")
      .may_change()
      .refused_with("optimizer", "lbfgs", "finds its own steps")
      .add("decay-every", &Config::decay_every, "LENGTH", "period of `schedule` step")
      .may_change()
      .only_for("schedule", &Config::schedule, {ScheduleKind::step})
      .refused_with("optimizer", "lbfgs", "finds its own steps")
      .add("decay-factor", &Config::decay_factor, "F", "of `schedule` step", above(0.0))
      .may_change()
      .only_for("schedule", &Config::schedule, {ScheduleKind::step})
      .refused_with("optimizer", "lbfgs", "finds its own steps")
      .add("final-fraction", &Config::final_fraction, "F",
           "of the learning rate, where `schedule` cosine ends", at_least(0.0))
      .may_change()
      .only_for("schedule", &Config::schedule, {ScheduleKind::cosine})
      .refused_with("optimizer", "lbfgs", "finds its own steps")
      .add("lbfgs-history", &Config::lbfgs_history, "M",
           "of lbfgs: pairs of steps and gradient changes that are kept, by rank 0",
           whole_from_to(1, 1000))
      .used_where("optimizer", "lbfgs", lbfgs)
      .add("tolerance", &Config::tolerance, "T",
           "of lbfgs: ends where the gradient's norm is at most T times the parameters', or T",
           at_least(0.0))
      .may_change()
      .used_where("optimizer", "lbfgs", lbfgs);
  return table;
}

}  // namespace infomax::train

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "infomax/core/field.hpp"

namespace infomax::optim {

enum class OptimizerKind : std::uint8_t { sgd, adam, adamw, rmsprop, adagrad, lars, lbfgs };

inline constexpr std::array optimizer_names{
    std::pair{"sgd", OptimizerKind::sgd},         std::pair{"adam", OptimizerKind::adam},
    std::pair{"adamw", OptimizerKind::adamw},     std::pair{"rmsprop", OptimizerKind::rmsprop},
    std::pair{"adagrad", OptimizerKind::adagrad}, std::pair{"lars", OptimizerKind::lars},
    std::pair{"lbfgs", OptimizerKind::lbfgs}};

}  // namespace infomax::optim

template <>
struct infomax::FieldText<infomax::optim::OptimizerKind>
    : infomax::ChoiceText<infomax::optim::OptimizerKind, infomax::optim::optimizer_names> {};

namespace infomax::optim {

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::adam;
  double momentum = 0.0;
  bool nesterov = false;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double smoothing = 0.99;
  double trust = 1e-3;
  double decoupled_decay = 0.0;  ///< of adamw: weights shrink by learning rate times this a step

  /// Throws UsageError where a number is out of its range.
  void check() const;
};

/// Names, help and ranges of the members, but for decoupled_decay, which follows from others.
[[nodiscard]] inline FieldTable<OptimizerOptions> optimizer_fields() {
  using enum OptimizerKind;
  using Options = OptimizerOptions;
  FieldTable<Options> table;
  table
      .add("optimizer", &Options::kind, "NAME",
           "sgd, adam, adamw, rmsprop, adagrad, lars or lbfgs. With `batch` 0, sgd is gradient "
           "ascent on the full batch; lbfgs needs `batch` 0 and takes neither learning rate nor "
           "clipping")
      .add("momentum", &Options::momentum, "M", "of sgd, lars", from_to_below(0.0, 1.0))
      .only_for("optimizer", &Options::kind, {sgd, lars})
      .add("nesterov", &Options::nesterov, "", "Nesterov's momentum for sgd")
      .only_for("optimizer", &Options::kind, {sgd})
      .add("beta1", &Options::beta1, "B", "of adam, adamw", from_to_below(0.0, 1.0))
      .only_for("optimizer", &Options::kind, {adam, adamw})
      .add("beta2", &Options::beta2, "B", "of adam, adamw", from_to_below(0.0, 1.0))
      .only_for("optimizer", &Options::kind, {adam, adamw})
      .add("epsilon", &Options::epsilon, "E", "of adam, adamw, rmsprop, adagrad", above(0.0))
      .only_for("optimizer", &Options::kind, {adam, adamw, rmsprop, adagrad})
      .add("smoothing", &Options::smoothing, "S",
           "of rmsprop: what its mean of squared gradients keeps each step",
           from_to_below(0.0, 1.0))
      .only_for("optimizer", &Options::kind, {rmsprop})
      .add("trust", &Options::trust, "T",
           "of lars: a layer's weights move by the learning rate times this share of their norm",
           above(0.0))
      .only_for("optimizer", &Options::kind, {lars});
  return table;
}

}  // namespace infomax::optim

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "infomax/core/field.hpp"

namespace infomax::optim {

/// The optimisers: gradient ascent with momentum; Adam (Kingma and Ba 2015); AdamW (Loshchilov and
/// Hutter 2019); RMSProp (Tieleman and Hinton 2012); Adagrad (Duchi, Hazan and Singer 2011); LARS
/// (You, Gitman and Ginsburg 2017); L-BFGS (Liu and Nocedal 1989).
enum class OptimizerKind : std::uint8_t { sgd, adam, adamw, rmsprop, adagrad, lars, lbfgs };

/// The optimisers as users write them.
inline constexpr std::array optimizer_names{
    std::pair{"sgd", OptimizerKind::sgd},         std::pair{"adam", OptimizerKind::adam},
    std::pair{"adamw", OptimizerKind::adamw},     std::pair{"rmsprop", OptimizerKind::rmsprop},
    std::pair{"adagrad", OptimizerKind::adagrad}, std::pair{"lars", OptimizerKind::lars},
    std::pair{"lbfgs", OptimizerKind::lbfgs}};

}  // namespace infomax::optim

/// By the names that users write.
template <>
struct infomax::FieldText<infomax::optim::OptimizerKind>
    : infomax::ChoiceText<infomax::optim::OptimizerKind, infomax::optim::optimizer_names> {};

namespace infomax::optim {

/// An optimiser and its numbers. Each optimiser ignores the numbers that it does not use.
struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::adam;  ///< which optimiser
  double momentum = 0.0;    ///< of sgd and lars: share of the last step that is kept, in [0, 1)
  bool nesterov = false;    ///< of sgd: whether the momentum is Nesterov's
  double beta1 = 0.9;       ///< of adam and adamw: what the mean of gradients keeps a step
  double beta2 = 0.999;     ///< of adam and adamw: what the mean of their squares keeps a step
  double epsilon = 1e-8;    ///< is added to the root of that mean or sum; above 0
  double smoothing = 0.99;  ///< of rmsprop: what the mean of squared gradients keeps a step
  double trust = 1e-3;  ///< of lars: a layer's weights move by the learning rate times this share
                        ///< of their norm
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

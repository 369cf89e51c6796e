// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/optim/optimizer.hpp"

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "optim/adagrad.hpp"
#include "optim/adam.hpp"
#include "optim/lars.hpp"
#include "optim/rmsprop.hpp"
#include "optim/sgd.hpp"

namespace infomax::optim {
namespace {

void require(bool holds, std::string_view option, double value, std::string_view range) {
  if (!holds) {
    throw UsageError(fmt::format("{} is {}; it must be {}", option, value, range));
  }
}

}  // namespace

OptimizerKind parse_optimizer(const std::string& name) {
  if (name == "sgd") {
    return OptimizerKind::sgd;
  }
  if (name == "adam") {
    return OptimizerKind::adam;
  }
  if (name == "adamw") {
    return OptimizerKind::adamw;
  }
  if (name == "rmsprop") {
    return OptimizerKind::rmsprop;
  }
  if (name == "adagrad") {
    return OptimizerKind::adagrad;
  }
  if (name == "lars") {
    return OptimizerKind::lars;
  }
  if (name == "lbfgs") {
    return OptimizerKind::lbfgs;
  }
  throw UsageError(fmt::format(
      "`optimizer` is \"{}\"; it must be sgd, adam, adamw, rmsprop, adagrad, lars or lbfgs", name));
}

template <math::Real T>
std::unique_ptr<Optimizer<T>> make_optimizer(const OptimizerOptions& options,
                                             std::size_t parameter_count,
                                             std::vector<WeightRange> weights) {
  require(options.momentum >= 0.0 && options.momentum < 1.0, "`momentum`", options.momentum,
          "at least 0 and below 1");
  require(!options.nesterov || options.momentum > 0.0, "`momentum`", options.momentum,
          "above 0 with `nesterov`");
  require(options.beta1 >= 0.0 && options.beta1 < 1.0, "`beta1`", options.beta1,
          "at least 0 and below 1");
  require(options.beta2 >= 0.0 && options.beta2 < 1.0, "`beta2`", options.beta2,
          "at least 0 and below 1");
  require(options.epsilon > 0.0, "`epsilon`", options.epsilon, "above 0");
  require(options.smoothing >= 0.0 && options.smoothing < 1.0, "`smoothing`", options.smoothing,
          "at least 0 and below 1");
  require(options.trust > 0.0, "`trust`", options.trust, "above 0");
  require(options.decoupled_decay >= 0.0, "`weight_decay`", options.decoupled_decay, "at least 0");
  switch (options.kind) {
    case OptimizerKind::sgd:
      return std::make_unique<Sgd<T>>(options, parameter_count);
    case OptimizerKind::adam:
    case OptimizerKind::adamw:
      return std::make_unique<Adam<T>>(options, parameter_count, std::move(weights));
    case OptimizerKind::rmsprop:
      return std::make_unique<RmsProp<T>>(options, parameter_count);
    case OptimizerKind::adagrad:
      return std::make_unique<Adagrad<T>>(options, parameter_count);
    case OptimizerKind::lars:
      return std::make_unique<Lars<T>>(options, parameter_count, std::move(weights));
    case OptimizerKind::lbfgs:
      return nullptr;
  }
  throw UsageError("unknown optimizer");
}

template std::unique_ptr<Optimizer<float>> make_optimizer<float>(const OptimizerOptions&,
                                                                 std::size_t,
                                                                 std::vector<WeightRange>);
template std::unique_ptr<Optimizer<double>> make_optimizer<double>(const OptimizerOptions&,
                                                                   std::size_t,
                                                                   std::vector<WeightRange>);

}  // namespace infomax::optim

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/optim/optimizer.hpp"

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/optim/optimizer_options.hpp"
#include "optim/adagrad.hpp"
#include "optim/adam.hpp"
#include "optim/lars.hpp"
#include "optim/rmsprop.hpp"
#include "optim/sgd.hpp"

namespace infomax::optim {
OptimizerKind parse_optimizer(const std::string& name) {
  return parse_field<OptimizerKind>("`optimizer`", name);
}

void OptimizerOptions::check() const {
  optimizer_fields().check(*this);
  if (nesterov && !(momentum > 0.0)) {
    throw UsageError(fmt::format("`momentum` is {}; it must be above 0 with `nesterov`", momentum));
  }
  if (!(decoupled_decay >= 0.0)) {
    throw UsageError(fmt::format("`weight_decay` is {}; it must be at least 0", decoupled_decay));
  }
}

template <math::Real T>
std::unique_ptr<Optimizer<T>> make_optimizer(const OptimizerOptions& options,
                                             std::size_t parameter_count,
                                             std::vector<WeightRange> weights) {
  options.check();
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

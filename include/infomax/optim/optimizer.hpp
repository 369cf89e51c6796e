// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "infomax/math/blas.hpp"

namespace infomax::optim {

enum class OptimizerKind : std::uint8_t;
struct OptimizerOptions;

/// Throws UsageError naming the choices.
[[nodiscard]] OptimizerKind parse_optimizer(const std::string& name);

/// A layer's weights in the flat parameter vector: what decays, and what lars scales as one.
struct WeightRange {
  std::size_t offset = 0;
  std::size_t count = 0;
};

/// Moves parameters uphill, for J is maximised. Deterministic and local: ranks that pass the same
/// bits keep the same bits.
template <math::Real T>
class Optimizer {
 public:
  Optimizer() = default;
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// One update by the gradient of J. Sizes as at construction.
  virtual void ascend(std::span<T> parameters, std::span<const T> gradient,
                      double learning_rate) = 0;

  /// What a checkpoint must keep besides the parameters, each as long as they are.
  [[nodiscard]] virtual std::vector<std::span<T>> state() = 0;

  /// Updates made so far (Adam's bias correction depends on it).
  [[nodiscard]] std::uint64_t updates() const { return updates_; }
  void set_updates(std::uint64_t updates) { updates_ = updates; }

 protected:
  std::uint64_t updates_ = 0;
};

/// Throws UsageError where an option is out of its range. Nothing for lbfgs, which is no update by
/// one gradient (train::train_lbfgs).
template <math::Real T>
[[nodiscard]] std::unique_ptr<Optimizer<T>> make_optimizer(const OptimizerOptions& options,
                                                           std::size_t parameter_count,
                                                           std::vector<WeightRange> weights);

}  // namespace infomax::optim

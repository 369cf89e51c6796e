// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "infomax/math/blas.hpp"

/// Optimisers by gradient, learning rate schedules, and L-BFGS.
namespace infomax::optim {

enum class OptimizerKind : std::uint8_t;
struct OptimizerOptions;

/// Throws UsageError, which names the choices, where the name is none of them.
[[nodiscard]] OptimizerKind parse_optimizer(const std::string& name);

/// Where the weights of one layer are in the flat parameter vector. They decay, and lars scales
/// them together.
struct WeightRange {
  std::size_t offset = 0;  ///< of the first weight in the flat parameter vector
  std::size_t count = 0;   ///< number of weights
};

/// Moves parameters uphill, because J is maximised. Deterministic and local: ranks that pass equal
/// bits get equal bits.
template <math::Real T>
class Optimizer {
 public:
  Optimizer() = default;
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Makes one update by the gradient of J; both spans are as long as `parameter_count` was at
  /// construction.
  virtual void ascend(std::span<T> parameters, std::span<const T> gradient,
                      double learning_rate) = 0;

  /// Returns the arrays that a checkpoint keeps besides the parameters, each as long as they are.
  [[nodiscard]] virtual std::vector<std::span<T>> state() = 0;

  /// Returns how many updates were made so far (Adam's bias correction depends on it).
  [[nodiscard]] std::uint64_t updates() const { return updates_; }
  /// Restores the number of updates from a checkpoint.
  void set_updates(std::uint64_t updates) { updates_ = updates; }

 protected:
  std::uint64_t updates_ = 0;  ///< ascend() counts it
};

/// Throws UsageError where an option is out of its range. Returns null for lbfgs, whose update
/// takes more than one gradient (train::train_lbfgs).
template <math::Real T>
[[nodiscard]] std::unique_ptr<Optimizer<T>> make_optimizer(const OptimizerOptions& options,
                                                           std::size_t parameter_count,
                                                           std::vector<WeightRange> weights);

}  // namespace infomax::optim

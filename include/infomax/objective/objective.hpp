// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/batch.hpp"
#include "infomax/objective/value.hpp"

/// What is maximised: dependence measures and entropies of the global batch, with their gradients.
namespace infomax::objective {

/// A function of N global rows of two sides, a [N, p] and b [N, q], of which every rank holds some;
/// and perhaps of values inside the networks and of parameters of its own. It knows nothing of
/// networks, files or micro-batches.
template <math::Real T>
class Objective {
 public:
  Objective() = default;
  virtual ~Objective() = default;
  Objective(const Objective&) = delete;
  Objective& operator=(const Objective&) = delete;

  /// How many numbers of its own, such as a temperature, are learned with the networks, for sides
  /// of p and q columns.
  [[nodiscard]] virtual std::size_t parameter_count(std::size_t /*p*/, std::size_t /*q*/) const {
    return 0;
  }

  /// Writes their initial values [parameter_count(p, q)], which depend on the seed alone.
  virtual void initialize(std::span<T> /*parameters*/, std::size_t /*p*/, std::size_t /*q*/,
                          std::uint64_t /*seed*/) const {}

  /// Called after an evaluation with gradients and the update that follows it: moves those of the
  /// objective's parameters that follow the batches and have no gradient, such as a moving average.
  virtual void remember(std::span<T> /*parameters*/) {}

  /// Of an objective that compares sides with what a moving average of their encoder makes of them:
  /// the share of itself that the average keeps at a step.
  [[nodiscard]] virtual std::optional<double> target_decay() const { return std::nullopt; }

  /// Collective. Returns the global value and writes the gradients that are wanted. They are those
  /// of the global J, already divided by what J divides by, so that the caller sums the parameter
  /// gradients of all ranks and divides by nothing. Not reentrant: it keeps scratch memory from
  /// call to call.
  [[nodiscard]] virtual Value evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                                       const Gradients<T>& gradients) = 0;
};

}  // namespace infomax::objective

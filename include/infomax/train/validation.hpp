// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model.hpp"
#include "infomax/model/whole_sides.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/objective.hpp"

namespace infomax::train {

/// What a validation found.
struct ValidationReport {
  objective::Value value;  ///< without the penalty
  double seconds = 0.0;    ///< that it took on this rank
};

/// Measures the objective on held-out data, as one global batch.
template <math::Real T>
class Validation {
 public:
  /// Collective. `micro_batch` rows are encoded at a time, 0 = all; `reproducible` has the meaning
  /// it has for model::Sides. What is passed by reference, except the communicator and settings,
  /// must outlive this.
  Validation(const mpi::Communicator& communicator, const model::Model<T>& model,
             const model::Examples& examples, const model::PairSettings& settings,
             std::size_t micro_batch, std::unique_ptr<objective::Objective<T>> objective,
             bool reproducible = false);

  /// Collective. Measures at the model's present parameters; the value is the same on every rank.
  /// Throws NumericError.
  [[nodiscard]] ValidationReport measure();

 private:
  mpi::Communicator communicator_;
  model::WholeSides<T> sides_;
  std::unique_ptr<objective::Objective<T>> objective_;
};

/// The best parameters on validation so far, and the number of validations since.
template <math::Real T>
class BestModel {
 public:
  /// Takes the objective of a validation after `step`. Returns true, and copies the parameters,
  /// where it is finite and better than all before.
  bool offer(std::uint64_t step, double objective, std::span<const T> parameters);

  /// Whether there is a best state: the objective of a validation was finite.
  [[nodiscard]] bool known() const { return !parameters_.empty(); }
  [[nodiscard]] std::uint64_t step() const { return step_; }     ///< after which it was found
  [[nodiscard]] double objective() const { return objective_; }  ///< of its validation
  /// The number of validations since the best one.
  [[nodiscard]] std::uint64_t validations_since() const { return since_; }
  /// @{ The parameters of the best state, empty unless known().
  [[nodiscard]] std::span<const T> parameters() const { return parameters_; }
  [[nodiscard]] std::span<T> parameters() { return parameters_; }
  /// @}

  /// Restores what a checkpoint kept; `parameters` is empty where no best state was known.
  void restore(std::uint64_t step, double objective, std::uint64_t validations_since,
               std::span<const T> parameters);

 private:
  std::uint64_t step_ = 0;
  double objective_ = 0.0;
  std::uint64_t since_ = 0;
  Buffer<T> parameters_;
};

}  // namespace infomax::train

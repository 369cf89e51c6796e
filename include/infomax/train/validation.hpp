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

struct ValidationReport {
  objective::Value value;  ///< without any penalty
  double seconds = 0.0;
};

/// The objective on data that training does not see, as one global batch.
template <math::Real T>
class Validation {
 public:
  /// Collective. `micro_batch` rows are encoded at a time, 0 = all; `reproducible` as model::Sides
  /// takes it. `objective` is for this alone.
  /// What is passed by reference, but for the communicator and settings, must outlive this.
  Validation(const mpi::Communicator& communicator, const model::Model<T>& model,
             const model::Examples& examples, const model::PairSettings& settings,
             std::size_t micro_batch, std::unique_ptr<objective::Objective<T>> objective,
             bool reproducible = false);

  /// Collective. By the model's parameters as they are; the same on every rank.
  [[nodiscard]] ValidationReport measure();

 private:
  mpi::Communicator communicator_;
  model::WholeSides<T> sides_;
  std::unique_ptr<objective::Objective<T>> objective_;
};

/// The parameters that were best on validation, and since when.
template <math::Real T>
class BestModel {
 public:
  /// What a validation after `step` found. True where it is the best so far, the first that is
  /// finite included; its parameters are kept then.
  bool offer(std::uint64_t step, double objective, std::span<const T> parameters);

  [[nodiscard]] bool known() const { return !parameters_.empty(); }
  [[nodiscard]] std::uint64_t step() const { return step_; }
  [[nodiscard]] double objective() const { return objective_; }
  [[nodiscard]] std::uint64_t validations_since() const { return since_; }
  [[nodiscard]] std::span<const T> parameters() const { return parameters_; }
  [[nodiscard]] std::span<T> parameters() { return parameters_; }

  /// As it was when a checkpoint was written; no parameters where none was known.
  void restore(std::uint64_t step, double objective, std::uint64_t validations_since,
               std::span<const T> parameters);

 private:
  std::uint64_t step_ = 0;
  double objective_ = 0.0;
  std::uint64_t since_ = 0;
  Buffer<T> parameters_;
};

}  // namespace infomax::train

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/validation.hpp"

#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "infomax/core/error.hpp"
#include "infomax/core/stopwatch.hpp"

namespace infomax::train {

template <math::Real T>
Validation<T>::Validation(const mpi::Communicator& communicator, const model::Model<T>& model,
                          const model::Examples& examples, const model::PairSettings& settings,
                          std::size_t micro_batch,
                          std::unique_ptr<objective::Objective<T>> objective, bool reproducible)
    : communicator_(communicator),
      sides_(communicator, model, examples, settings, micro_batch, reproducible),
      objective_(std::move(objective)) {}

template <math::Real T>
ValidationReport Validation<T>::measure() {
  const Stopwatch stopwatch;
  sides_.forward();
  try {
    ValidationReport report{model::evaluate(communicator_, sides_, *objective_), 0.0};
    // Ranks compute it from equal sums, but BLAS may round differently on each, and what follows
    // from it, such as an early end, must be the same on all.
    communicator_.broadcast(std::span<double>(&report.value.objective, 1), 0);
    report.seconds = stopwatch.elapsed_s();
    return report;
  } catch (const NumericError& error) {
    throw NumericError(std::string("on the validation data: ") + error.what());
  }
}

template <math::Real T>
bool BestModel<T>::offer(std::uint64_t step, double objective, std::span<const T> parameters) {
  if (!std::isfinite(objective) || (known() && !(objective > objective_))) {
    ++since_;
    return false;
  }
  restore(step, objective, 0, parameters);
  return true;
}

template <math::Real T>
void BestModel<T>::restore(std::uint64_t step, double objective, std::uint64_t validations_since,
                           std::span<const T> parameters) {
  step_ = step;
  objective_ = objective;
  since_ = validations_since;
  parameters_.assign(parameters.begin(), parameters.end());
}

template class Validation<float>;
template class Validation<double>;
template class BestModel<float>;
template class BestModel<double>;

}  // namespace infomax::train

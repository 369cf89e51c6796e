// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/moment_objective.hpp"

#include <algorithm>
#include <utility>

namespace infomax::objective {

template <math::Real T>
MomentObjective<T>::MomentObjective(std::unique_ptr<MomentFunction> function,
                                    const ObjectiveOptions& options, double similarity_weight)
    : options_(options),
      similarity_weight_(similarity_weight),
      function_(std::move(function)),
      moment_pass_(function_->needs()),
      moment_pull_back_(function_->needs()),
      entropy_(options.bins, options.histogram_range, options.lambda_a, options.lambda_b) {}

template <math::Real T>
Value MomentObjective<T>::evaluate(const mpi::Communicator& communicator,
                                   const stats::RowSource<T>& a, const stats::RowSource<T>& b,
                                   MatrixView<T> da, MatrixView<T> db) {
  check_shapes(options_, a.columns(), b.columns());
  const bool wanted_a = da.columns() != 0;
  const bool wanted_b = db.columns() != 0;

  const bool compared = similarity_weight_ != 0.0;
  const stats::Means& means = mean_pass_.measure(communicator, a, b, compared);
  const stats::SecondMoments& moments = moment_pass_.measure(communicator, a, b, means);
  const auto entropy = entropy_.measure(communicator, a, b, means, moments, wanted_a, wanted_b);

  stats::MomentGradient* gradient = nullptr;
  if (wanted_a || wanted_b) {
    gradient = &moment_gradient_;
    gradient->wanted_a = wanted_a;
    gradient->wanted_b = wanted_b;
    gradient->reset(function_->needs(), a.columns(), b.columns());
  }
  const double function = function_->evaluate(moments, gradient);
  const double entries = std::max(1.0, means.samples) * static_cast<double>(a.columns());

  if (gradient != nullptr) {
    moment_pull_back_.apply(a, b, means, *gradient, da, db);
    if (compared) {
      difference_.write_gradient(2.0 * similarity_weight_ / entries, false, a, b, da, db);
    }
    entropy_.add_gradient(a, b, da, db);
  }

  Value value;
  const double similarity = means.squared_difference / entries;
  value.dependence = function - similarity_weight_ * similarity;
  value.entropy_a = entropy.a;
  value.entropy_b = entropy.b;
  value.objective =
      value.dependence - options_.lambda_a * entropy.a - options_.lambda_b * entropy.b;
  value.samples = static_cast<std::uint64_t>(means.samples);
  if (compared) {
    value.parts.emplace_back("similarity", similarity);
  }
  function_->append_parts(value.parts);
  return value;
}

template class MomentObjective<float>;
template class MomentObjective<double>;

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/mse.hpp"

#include <algorithm>

namespace infomax::objective {

template <math::Real T>
MeanSquaredError<T>::MeanSquaredError(const ObjectiveOptions& options)
    : options_(options),
      moment_pass_(stats::MomentNeeds{}),
      entropy_(options.bins, options.histogram_range, 0.0, 0.0) {}

template <math::Real T>
Value MeanSquaredError<T>::evaluate(const mpi::Communicator& communicator,
                                    const stats::RowSource<T>& a, const stats::RowSource<T>& b,
                                    MatrixView<T> da, MatrixView<T> db) {
  check_shapes(options_, a.columns(), b.columns());
  const stats::Means& means = mean_pass_.measure(communicator, a, b, true);
  const stats::SecondMoments& moments = moment_pass_.measure(communicator, a, b, means);
  const auto entropy = entropy_.measure(communicator, a, b, means, moments, false, false);
  const double samples = std::max(1.0, means.samples);
  difference_.write_gradient(1.0 / samples, true, a, b, da, db);

  Value value;
  value.objective = -0.5 * means.squared_difference / samples;
  value.dependence = value.objective;
  value.entropy_a = entropy.a;
  value.entropy_b = entropy.b;
  value.samples = static_cast<std::uint64_t>(means.samples);
  return value;
}

template class MeanSquaredError<float>;
template class MeanSquaredError<double>;

}  // namespace infomax::objective

#include "infomax/objective/mse.hpp"

#include <algorithm>

#include "infomax/stats/tiles.hpp"

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
  write_gradient(a, b, samples, da, db);

  Value value;
  value.objective = -0.5 * means.squared_difference / samples;
  value.dependence = value.objective;
  value.entropy_a = entropy.a;
  value.entropy_b = entropy.b;
  value.samples = static_cast<std::uint64_t>(means.samples);
  return value;
}

template <math::Real T>
void MeanSquaredError<T>::write_gradient(const stats::RowSource<T>& a, const stats::RowSource<T>& b,
                                         double samples, MatrixView<T> da, MatrixView<T> db) {
  const bool wanted_a = da.columns() != 0;
  const bool wanted_b = db.columns() != 0;
  if (!wanted_a && !wanted_b) {
    return;
  }
  const T factor = static_cast<T>(1.0 / samples);
  const auto write = [factor](std::span<const T> to, std::span<const T> from, std::span<T> out) {
    for (std::size_t j = 0; j < out.size(); ++j) {
      out[j] = factor * (to[j] - from[j]);
    }
  };
  stats::for_each_tile(a.rows(), [&](std::size_t first, std::size_t count) {
    const MatrixView<const T> rows_a = a.tile(first, count, scratch_a_);
    const MatrixView<const T> rows_b = b.tile(first, count, scratch_b_);
    for (std::size_t i = 0; i < count; ++i) {
      if (wanted_a) {
        write(rows_b.row(i), rows_a.row(i), da.row(first + i));
      }
      if (wanted_b) {
        write(rows_a.row(i), rows_b.row(i), db.row(first + i));
      }
    }
  });
}

template class MeanSquaredError<float>;
template class MeanSquaredError<double>;

}  // namespace infomax::objective

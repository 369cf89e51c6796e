#include "infomax/analysis/held_out_correlations.hpp"

#include <cmath>
#include <limits>

#include "infomax/math/blas.hpp"
#include "infomax/stats/tiles.hpp"

namespace infomax::analysis {
namespace {

/// Rows [first, first + count) minus the fit's mean, in its directions, in double: [count, k].
template <math::Real T>
class Projection {
 public:
  Projection(const stats::RowSource<T>& rows, const Buffer<double>& mean,
             const Matrix<double>& directions)
      : rows_(&rows), mean_(&mean), directions_(&directions) {}

  MatrixView<const double> tile(std::size_t first, std::size_t count) {
    const MatrixView<const T> raw = rows_->tile(first, count, raw_);
    centred_.resize(count * raw.columns());
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < raw.columns(); ++j) {
        centred_[i * raw.columns() + j] = static_cast<double>(raw(i, j)) - (*mean_)[j];
      }
    }
    projected_.resize(count * directions_->columns());
    const MatrixView<double> projected(projected_.data(), count, directions_->columns());
    math::gemm<double>(math::Transpose::no, math::Transpose::no, 1.0,
                       MatrixView<const double>(centred_.data(), count, raw.columns()),
                       directions_->view(), 0.0, projected);
    return projected;
  }

 private:
  const stats::RowSource<T>* rows_;
  const Buffer<double>* mean_;
  const Matrix<double>* directions_;
  Buffer<T> raw_;
  Buffer<double> centred_;
  Buffer<double> projected_;
};

}  // namespace

template <math::Real T>
std::vector<double> correlations_under(const mpi::Communicator& communicator,
                                       const objective::CanonicalFit& fit,
                                       const stats::RowSource<T>& a, const stats::RowSource<T>& b) {
  const std::size_t k = fit.correlations.size();
  Projection<T> project_a(a, fit.mean_a, fit.directions_a);
  Projection<T> project_b(b, fit.mean_b, fit.directions_b);
  // N, then for each component the sums of u, v, u^2, v^2, u v. The fit's means are shift enough.
  std::vector<double> sums(1 + 5 * k, 0.0);
  sums[0] = static_cast<double>(a.rows());
  stats::for_each_tile(a, [&](std::size_t first, std::size_t count) {
    const auto u = project_a.tile(first, count);
    const auto v = project_b.tile(first, count);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t c = 0; c < k; ++c) {
        double* sum = sums.data() + 1 + 5 * c;
        sum[0] += u(i, c);
        sum[1] += v(i, c);
        sum[2] += u(i, c) * u(i, c);
        sum[3] += v(i, c) * v(i, c);
        sum[4] += u(i, c) * v(i, c);
      }
    }
  });
  communicator.sum(std::span<double>(sums));
  std::vector<double> correlations(k);
  for (std::size_t c = 0; c < k; ++c) {
    const double* sum = sums.data() + 1 + 5 * c;
    const double n = sums[0];
    const double variances = (sum[2] - sum[0] * sum[0] / n) * (sum[3] - sum[1] * sum[1] / n);
    correlations[c] = variances > 0.0 ? (sum[4] - sum[0] * sum[1] / n) / std::sqrt(variances) : 0.0;
  }
  return correlations;
}

std::vector<double> implied_timescales(const std::vector<double>& correlations, std::size_t lag) {
  std::vector<double> timescales;
  for (const double correlation : correlations) {
    const double s = std::abs(correlation);
    timescales.push_back(s >= 1.0   ? std::numeric_limits<double>::infinity()
                         : s == 0.0 ? 0.0
                                    : -static_cast<double>(lag) / std::log(s));
  }
  return timescales;
}

#define INFOMAX_INSTANTIATE(T)                                                              \
  template std::vector<double> correlations_under<T>(                                       \
      const mpi::Communicator&, const objective::CanonicalFit&, const stats::RowSource<T>&, \
      const stats::RowSource<T>&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/ridge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "infomax/core/error.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"
#include "infomax/stats/compact_sides.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"
#include "infomax/stats/tiles.hpp"

namespace infomax::analysis {
namespace {

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

[[noreturn]] void refuse_many_solutions() {
  throw NumericError(
      "ridge regression has no single solution: features depend on each other or do not vary; "
      "give a larger `l2`");
}

/// The largest relative error of an exact prediction of a constant: means and products round.
constexpr double rounding_of_exact = 1e-12;

/// What becomes known of one target: its deviations d from its own mean, and the errors.
struct TargetSums {
  double deviations = 0.0;  ///< of N rows
  double squares = 0.0;     ///< of the deviations
  double errors = 0.0;      ///< squared
  bool is_constant = false;
};

double r2_of(const TargetSums& target, double n, double mean_y) {
  const double shift = target.deviations / n;
  const double variance = target.squares / n - shift * shift;
  const double mse = target.errors / n;
  // The variance of equal numbers is the rounding error of their mean, so it is not divided by.
  if (target.is_constant || variance <= 0.0) {
    return std::sqrt(mse) <= rounding_of_exact * std::abs(mean_y) ? 1.0 : 0.0;
  }
  return 1.0 - mse / variance;
}

}  // namespace

RidgeFit fit_ridge(const mpi::Communicator& communicator, const stats::RowSource<double>& x,
                   const stats::RowSource<double>& y, double l2) {
  using stats::Extent;
  stats::MeanPass<double> mean_pass;
  stats::MomentPass<double> moment_pass({Extent::full, Extent::full, Extent::diagonal, true, true});
  const auto& means = mean_pass.measure(communicator, {x, y});
  auto plan = stats::CompactRows<double>::plan(moment_pass.needs(), {x, y}, means.samples);
  plan.compact_b = false;  // a map to the targets as they are
  plan.keep_a = true;
  if (auto compact = stats::CompactSides<double>::of(communicator, plan, {x, y}, means)) {
    if (l2 == 0.0) {
      refuse_many_solutions();
    }
    RidgeFit fit = fit_ridge(communicator, compact->rows().a, compact->rows().b, l2);
    fit.mean_x = means.a;
    fit.mean_y = means.b;
    compact->restore_a(communicator, fit.weights);
    return fit;
  }
  const auto& moments = moment_pass.measure(communicator, {x, y}, means);
  Matrix<double> normal = moments.aa;
  for (std::size_t j = 0; j < normal.rows(); ++j) {
    normal(j, j) += l2;
  }
  const auto factor = math::cholesky(normal.view());
  if (!factor) {
    refuse_many_solutions();
  }
  RidgeFit fit{means.a, means.b, moments.ab};
  math::solve_lower(math::Side::left, math::Transpose::no, factor->view(), fit.weights.view());
  math::solve_lower(math::Side::left, math::Transpose::yes, factor->view(), fit.weights.view());
  return fit;
}

RegressionScores score(const mpi::Communicator& communicator, const RidgeFit& fit,
                       const stats::RowSource<double>& x, const stats::RowSource<double>& y) {
  const std::size_t targets = y.columns();
  stats::MeanPass<double> mean_pass;
  const Buffer<double> mean_y = mean_pass.measure(communicator, {y, y}).b;
  // N, then for each target the sums of d and d^2, where d = y - mean_y, and of squared errors.
  std::vector<double> sums(1 + 3 * targets, 0.0);
  // For each target the least d, and the least -d.
  std::vector<double> least(2 * targets, std::numeric_limits<double>::infinity());
  sums[0] = static_cast<double>(x.rows());
  stats::CentredTiles<double> tiles_x;
  stats::CentredTiles<double> tiles_y;
  Matrix<double> predicted(stats::tile_rows, targets);
  stats::for_each_tile(0, x.rows(), x.columns(), [&](std::size_t first, std::size_t count) {
    const auto centred = tiles_x.read(x, fit.mean_x, first, count);
    const auto difference = tiles_y.read(y, mean_y, first, count);
    const auto out = predicted.view().row_range(0, count);
    math::gemm<double>(math::Transpose::no, math::Transpose::no, 1.0, centred, fit.weights.view(),
                       0.0, out);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < targets; ++j) {
        const double d = difference(i, j);
        const double error = d + (mean_y[j] - fit.mean_y[j]) - out(i, j);
        sums[1 + 3 * j] += d;
        sums[2 + 3 * j] += d * d;
        sums[3 + 3 * j] += error * error;
        least[2 * j] = std::min(least[2 * j], d);
        least[2 * j + 1] = std::min(least[2 * j + 1], -d);
      }
    }
  });
  communicator.sum(std::span<double>(sums));
  communicator.min(std::span<double>(least));
  RegressionScores scores;
  const double n = sums[0];
  for (std::size_t j = 0; j < targets; ++j) {
    const TargetSums target{sums[1 + 3 * j], sums[2 + 3 * j], sums[3 + 3 * j],
                            least[2 * j] == -least[2 * j + 1]};
    scores.mse.push_back(target.errors / n);
    scores.r2.push_back(r2_of(target, n, mean_y[j]));
  }
  scores.mean_r2 = mean(scores.r2);
  scores.mean_mse = mean(scores.mse);
  return scores;
}

}  // namespace infomax::analysis

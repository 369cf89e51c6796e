// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/ridge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "analysis/even_rows.hpp"
#include "infomax/core/error.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"
#include "infomax/stats/compact_sides.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/summation.hpp"
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

/// The means of rows as they were, from those of columns of one size.
Buffer<double> means_of(const EvenRows& rows, std::span<const double> even) {
  Buffer<double> means(even.size());
  for (std::size_t j = 0; j < means.size(); ++j) {
    means[j] = rows.shift()[j] + even[j] / rows.scale()[j];
  }
  return means;
}

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

RidgeRegression::RidgeRegression(const mpi::Communicator& communicator,
                                 const stats::RowSource<double>& x,
                                 const stats::RowSource<double>& y, const stats::RowParts* parts)
    : communicator_(&communicator) {
  using stats::Extent;
  const EvenRows even_x(communicator, x);
  const EvenRows even_y(communicator, y);
  stats::MeanPass<double> mean_pass;
  const stats::MomentNeeds needs{Extent::full, Extent::full, Extent::diagonal, true, true};
  stats::MomentPass<double> moment_pass(needs);
  const stats::RowPairs<double> as_they_are{x, even_y, parts};
  const stats::RowPairs<double> even{even_x, even_y, parts};
  auto plan = stats::CompactRows<double>::plan(needs, as_they_are,
                                               communicator.sum(static_cast<double>(x.rows())));
  plan.compact_b = false;  // a map to the targets as they are
  plan.keep_a = true;
  // The penalty is the same in any basis of columns only where these keep their sizes.
  const stats::RowPairs<double>& rows = plan.any() ? as_they_are : even;
  const auto means = mean_pass.measure(communicator, rows);
  compact_ = stats::CompactSides<double>::of(communicator, plan, rows, means);
  if (compact_) {
    stats::MeanPass<double> compact_pass;
    const auto& of_compact = compact_pass.measure(communicator, compact_->rows());
    moments_ = moment_pass.measure(communicator, compact_->rows(), of_compact);
    scale_x_.assign(moments_.aa.rows(), 1.0);
    mean_x_ = means.a;
  } else {
    moments_ = moment_pass.measure(communicator, rows, means);
    scale_x_ = even_x.scale();
    mean_x_ = means_of(even_x, means.a);
  }
  scale_y_ = even_y.scale();
  mean_y_ = means_of(even_y, means.b);
  variance_y_ = moments_.variance_b;
  for (std::size_t j = 0; j < variance_y_.size(); ++j) {
    variance_y_[j] /= scale_y_[j] * scale_y_[j];
  }
}

/// With columns S x and T y, (S C_xx S + l2 S^2) S^-1 W T = S C_xy T. Scales of powers of two round
/// nothing.
RidgeFit RidgeRegression::fit(double l2) const {
  Matrix<double> normal = moments_.aa;
  for (std::size_t j = 0; j < normal.rows(); ++j) {
    normal(j, j) += l2 * scale_x_[j] * scale_x_[j];
  }
  const auto factor = math::cholesky(normal.view());
  if (!factor || (compact_ && l2 == 0.0)) {
    refuse_many_solutions();
  }
  RidgeFit fit{mean_x_, mean_y_, moments_.ab};
  math::solve_lower(math::Side::left, math::Transpose::no, factor->view(), fit.weights.view());
  math::solve_lower(math::Side::left, math::Transpose::yes, factor->view(), fit.weights.view());
  for (std::size_t i = 0; i < fit.weights.rows(); ++i) {
    for (std::size_t j = 0; j < fit.weights.columns(); ++j) {
      fit.weights(i, j) *= scale_x_[i] / scale_y_[j];
    }
  }
  if (compact_) {
    compact_->restore_a(*communicator_, fit.weights);
  }
  return fit;
}

RidgeFit fit_ridge(const mpi::Communicator& communicator, const stats::RowSource<double>& x,
                   const stats::RowSource<double>& y, double l2) {
  return RidgeRegression(communicator, x, y).fit(l2);
}

RegressionScores score(const mpi::Communicator& communicator, const RidgeFit& fit,
                       const stats::RowSource<double>& x, const stats::RowSource<double>& y,
                       const stats::RowParts* parts) {
  const std::size_t targets = y.columns();
  stats::MeanPass<double> mean_pass;
  const EvenRows even_y(communicator, y);
  const Buffer<double> mean_y =
      means_of(even_y, mean_pass.measure(communicator, {even_y, even_y, parts}).b);
  const Buffer<double>& unit = even_y.scale();
  // N, then for each target the sums of d and d^2, where d = y - mean_y, and of squared errors, in
  // units of the target.
  std::vector<double> sums(1 + 3 * targets);
  // For each target the least d, and the least -d.
  std::vector<double> least(2 * targets, std::numeric_limits<double>::infinity());
  stats::CentredTiles<double> tiles_x;
  stats::CentredTiles<double> tiles_y;
  Matrix<double> predicted(stats::tile_rows, targets);
  const auto add_tile = [&](std::size_t first, std::size_t count) {
    const auto centred = tiles_x.read(x, fit.mean_x, first, count);
    const auto difference = tiles_y.read(y, mean_y, first, count);
    const auto out = predicted.view().row_range(0, count);
    math::gemm<double>(math::Transpose::no, math::Transpose::no, 1.0, centred, fit.weights.view(),
                       0.0, out);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < targets; ++j) {
        const double d = difference(i, j);
        const double error = d + (mean_y[j] - fit.mean_y[j]) - out(i, j);
        sums[1 + 3 * j] += d * unit[j];
        sums[2 + 3 * j] += d * unit[j] * (d * unit[j]);
        sums[3 + 3 * j] += error * unit[j] * (error * unit[j]);
        least[2 * j] = std::min(least[2 * j], d);
        least[2 * j + 1] = std::min(least[2 * j + 1], -d);
      }
    }
  };
  stats::Summation summation;
  summation.over(communicator, parts, x.rows(), sums, [&](std::size_t first, std::size_t count) {
    sums[0] += static_cast<double>(count);
    stats::for_each_tile(first, count, x.columns(), add_tile);
  });
  communicator.min(std::span<double>(least));
  RegressionScores scores;
  const double n = sums[0];
  for (std::size_t j = 0; j < targets; ++j) {
    const TargetSums target{sums[1 + 3 * j], sums[2 + 3 * j], sums[3 + 3 * j],
                            least[2 * j] == -least[2 * j + 1]};
    scores.mse.push_back(target.errors / n / (unit[j] * unit[j]));
    scores.r2.push_back(r2_of(target, n, mean_y[j] * unit[j]));
  }
  scores.mean_r2 = mean(scores.r2);
  scores.mean_mse = mean(scores.mse);
  return scores;
}

RegressionScores mean_of(const std::vector<RegressionScores>& scores) {
  RegressionScores all{std::vector<double>(scores.front().r2.size(), 0.0),
                       std::vector<double>(scores.front().mse.size(), 0.0)};
  const auto count = static_cast<double>(scores.size());
  for (const RegressionScores& of_one : scores) {
    for (std::size_t j = 0; j < all.r2.size(); ++j) {
      all.r2[j] += of_one.r2[j] / count;
      all.mse[j] += of_one.mse[j] / count;
    }
  }
  all.mean_r2 = mean(all.r2);
  all.mean_mse = mean(all.mse);
  return all;
}

}  // namespace infomax::analysis

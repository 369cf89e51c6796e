// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/compact_sides.hpp"
#include "infomax/stats/moments.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// N global rows, D features, t targets. Where rows have parts, every sum over them is exact, and
/// so results have the same bits at any number of ranks.

namespace infomax::analysis {

/// y = mean_y + (x - mean_x) W.
struct RidgeFit {
  Buffer<double> mean_x;   ///< [D]
  Buffer<double> mean_y;   ///< [t]
  Matrix<double> weights;  ///< W [D, t]
};

/// Ridge regressions of the same rows with different penalties.
class RidgeRegression {
 public:
  /// Collective: measures means and covariances of x [N, D] and y [N, t]. Of rows with many more
  /// columns than there are rows, covariances of coordinates take their place. The communicator
  /// outlives this.
  RidgeRegression(const mpi::Communicator& communicator, const stats::RowSource<double>& x,
                  const stats::RowSource<double>& y, const stats::RowParts* parts = nullptr);

  /// Collective. Returns the minimum of (1/2N) sum_i |y_i - prediction_i|^2 + (l2 / 2) |W|^2 over
  /// the rows of all ranks, in closed form: (C_xx + l2 I) W = C_xy. Throws NumericError where C_xx
  /// + l2 I is not positive definite.
  [[nodiscard]] RidgeFit fit(double l2) const;

  /// The variances of the targets [t].
  [[nodiscard]] std::span<const double> target_variance() const { return variance_y_; }

 private:
  const mpi::Communicator* communicator_;
  std::unique_ptr<stats::CompactSides<double>> compact_;  // of wide rows
  stats::SecondMoments moments_;  // of columns of one size, or of coordinates
  Buffer<double> scale_x_;        // by which these are larger, one for each
  Buffer<double> scale_y_;        // [t]
  Buffer<double> mean_x_;         // [D]
  Buffer<double> mean_y_;         // [t]
  Buffer<double> variance_y_;     // [t]
};

/// Collective. One fit of RidgeRegression.
[[nodiscard]] RidgeFit fit_ridge(const mpi::Communicator& communicator,
                                 const stats::RowSource<double>& x,
                                 const stats::RowSource<double>& y, double l2);

/// The scores of a fit over the rows of all ranks.
struct RegressionScores {
  std::vector<double> r2;   ///< [t], 1 - mean squared error / variance; for a constant target, 1 if
                            ///< it is predicted up to rounding, else 0
  std::vector<double> mse;  ///< [t]
  double mean_r2 = 0.0;     ///< over targets, all alike
  double mean_mse = 0.0;    ///< over targets, all alike
};

/// Collective.
[[nodiscard]] RegressionScores score(const mpi::Communicator& communicator, const RidgeFit& fit,
                                     const stats::RowSource<double>& x,
                                     const stats::RowSource<double>& y,
                                     const stats::RowParts* parts = nullptr);

/// The mean of each score over several sets of rows, all alike: what cross-validation says.
[[nodiscard]] RegressionScores mean_of(const std::vector<RegressionScores>& scores);

}  // namespace infomax::analysis

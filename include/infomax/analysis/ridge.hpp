// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// N global rows, D features, t targets.

namespace infomax::analysis {

/// y = mean_y + (x - mean_x) W.
struct RidgeFit {
  Buffer<double> mean_x;   ///< [D]
  Buffer<double> mean_y;   ///< [t]
  Matrix<double> weights;  ///< W [D, t]
};

/// Collective. The minimum of (1/2N) sum_i |y_i - prediction_i|^2 + (l2 / 2) |W|^2 over the rows of
/// all ranks, in closed form: (C_xx + l2 I) W = C_xy. Throws NumericError where C_xx + l2 I is not
/// positive definite.
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
                                     const stats::RowSource<double>& y);

}  // namespace infomax::analysis

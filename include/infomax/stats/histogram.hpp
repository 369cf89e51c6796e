// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/stats/column_cells.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// N: global rows. B: local rows. n: columns of the side. M: bins.
/// c, f: cell and fraction, u = 1 + c + f.

namespace infomax::stats {

/// The cubic B-spline soft histogram of one side's columns, and its exact adjoint.
///
///   z = (v - m) / s, or v
///   u = 1 + (M - 3)(z - low)/(high - low), clamped
///   p_k = (1/N) sum_i beta3(u_i - k)
///
/// The window is that of Thevenaz and Unser (2000). With c = floor(u) - 1 in [0, M - 4] and
/// f = u - 1 - c in [0, 1], a value contributes only to the bins c .. c + 3, with the weights
///
///   (1 - f)^3 / 6     (4 - 6 f^2 + 3 f^3) / 6     (1 + 3 f + 3 f^2 - 3 f^3) / 6     f^3 / 6.
///
/// All are polynomials of f. Therefore the sums of 1, f, f^2, f^3 over a column's values in each
/// cell, and the numbers of values clamped below and above, determine everything. p_k is linear in
/// them. For any J(p) with L_k = dJ/dp_k,
///
///   dJ/du_i = (1/N) sum_k L_k beta3'(u_i - k) = (1/N)(q0 + q1 f + q2 f^2),
///
/// where q depends on the cell only, so sum_i dJ/dz_i and sum_i z_i dJ/dz_i over the values that
/// were not clamped are linear in them too. The gradient needs these two sums because m and s
/// depend on the batch:
///
///   dJ/dv_j = (1/s)[g_j - (1/N) sum_i g_i - z_j (1/N) sum_i g_i z_i]
///   g_i = dJ/dz_i, 0 where clamped
///
/// One sum over ranks therefore serves the value and the exact gradient, and the backward pass is
/// local.
///
/// Cancellation leaves an error of about 1e-16 of N in the power sums, so an empty bin may hold a
/// value of this size and either sign: treat p_k <= 0 as 0. A column of zero variance has no
/// histogram: its p_k and its gradient are 0. Reuses its memory from call to call.
class SoftHistogram {
 public:
  /// M >= 4.
  SoftHistogram(std::size_t bins, HistogramRange range);

  /// Begins a global batch; spans [n]. The message has 4 (M - 1) numbers a column if a gradient is
  /// needed, else M.
  void begin(double samples, std::span<const double> mean, std::span<const double> variance,
             bool with_gradient);

  /// The number of doubles that this side takes in the message, the same on every rank.
  [[nodiscard]] std::size_t message_size() const;

  /// Counts local rows [first, first + rows) and overwrites `message` [message_size()] by the
  /// result, which is additive over rows and ranks. `scratch` is memory for the source's tiles.
  template <math::Real T>
  void count(const RowSource<T>& source, std::size_t first_row, std::size_t row_count,
             Buffer<T>& scratch, std::span<double> message);

  /// Takes the message, summed over all rows of all ranks.
  void finish(std::span<const double> message);

  /// The probabilities p_k, [n, M].
  [[nodiscard]] MatrixView<const double> probabilities() const { return probabilities_.view(); }

  /// Takes dJ/dp_k [n, M]. Called after begin() with gradient and finish().
  void differentiate(MatrixView<const double> derivative);

  /// Adds dJ/dv of the local rows to `gradient` [B, n]. Called after differentiate().
  template <math::Real T>
  void add_gradient(const RowSource<T>& source, Buffer<T>& scratch, MatrixView<T> gradient);

 private:
  [[nodiscard]] std::size_t columns() const { return cells_.columns(); }
  [[nodiscard]] std::size_t bins() const { return cells_.bins(); }
  [[nodiscard]] std::size_t column_size() const { return 4 * (cells_.cells() + 2); }
  void to_counts(std::span<const double> powers, std::span<double> counts) const;
  void differentiate_column(std::size_t j, std::span<const double> derivative);

  ColumnCells cells_;
  bool with_gradient_ = false;
  double samples_ = 0.0;
  Buffer<double> powers_;         // [n, cells + 2, 4], see math::add_power_sums
  Matrix<double> probabilities_;  // [n, M]
  Buffer<double>
      coefficients_;      // [n, cells + 2, 4]: q0, q1, q2 and 0, times ds/dv / N; 0 where clamped
  Buffer<double> shift_;  // [n], every row's gradient gets shift + tilt (v - m)
  Buffer<double> tilt_;
};

}  // namespace infomax::stats

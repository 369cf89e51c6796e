// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/stats/column_cells.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"
#include "infomax/stats/row_source.hpp"
#include "infomax/stats/summation.hpp"

/// @file
/// N: global rows. B: local rows. n: columns of either side. M: bins.

namespace infomax::stats {

/// The joint soft histogram of each pair of columns (a_j, b_j), and its exact adjoint:
///
///   p_kl = (1/N) sum_i beta3(u_i - k) beta3(v_i - l)
///
/// ColumnCells defines u and v. Source: Mattes et al. 2003.
///
/// A pair of values contributes to 4 by 4 bins, which are counted directly. The message has M^2
/// numbers a column; power sums of both fractions would take 16 a cell. The gradient needs the sums
/// of dJ/dz_i and z_i dJ/dz_i, because the means and deviations depend on the batch. They are known
/// only after the counts are global, so they take a second, small sum over ranks, of 4 n numbers.
/// In between, the memory of the gradients holds dJ/dz.
///
/// If a column is constant, its pair has no dependence and no gradient. Reuses its memory.
template <math::Real T>
class JointHistogram {
 public:
  /// M >= 4.
  JointHistogram(std::size_t bins, HistogramRange range);

  /// Begins a global batch.
  void begin(const Means& means, const SecondMoments& moments);

  /// Collective: one summation, of n M^2 doubles. Counts all rows, of all ranks, to probabilities.
  void count(const mpi::Communicator& communicator, const RowPairs<T>& rows);

  /// The probabilities p_kl of column j, [M, M]; k belongs to a, l to b.
  [[nodiscard]] MatrixView<const double> probabilities(std::size_t j) const;

  /// @{ Whether column j of the side has zero variance.
  [[nodiscard]] bool constant_a(std::size_t j) const { return cells_a_.constant(j); }
  [[nodiscard]] bool constant_b(std::size_t j) const { return cells_b_.constant(j); }
  /// @}

  /// Collective: one summation, of 4 n doubles. Takes dJ/dp_kl [n, M M] and overwrites da and db
  /// [B, n] by the derivatives by the rows. A gradient that is not wanted has 0 columns.
  void differentiate(const mpi::Communicator& communicator, MatrixView<const double> derivative,
                     const RowPairs<T>& rows, MatrixView<T> da, MatrixView<T> db);

 private:
  void count_rows(const RowSource<T>& a, const RowSource<T>& b, std::size_t first_row,
                  std::size_t row_count);
  void differentiate_row(MatrixView<const double> derivative, std::span<const T> a,
                         std::span<const T> b, std::span<T> da, std::span<T> db);
  void through_side(const ColumnCells& cells, std::span<const double> sums,
                    const RowSource<T>& source, MatrixView<T> gradient);

  ColumnCells cells_a_;
  ColumnCells cells_b_;
  double samples_ = 0.0;
  Summation summation_;
  Buffer<double> table_;  // [n, M, M]
  Buffer<double> sums_;   // of side a: dJ/dz [n], z dJ/dz [n]; the same of side b
  Buffer<double> scale_;  // [n], a row's gradient is scale dJ/dz + shift + tilt (v - m)
  Buffer<double> shift_;
  Buffer<double> tilt_;
  Buffer<T> scratch_a_;
  Buffer<T> scratch_b_;
};

}  // namespace infomax::stats

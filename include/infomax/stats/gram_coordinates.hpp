// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/column_slices.hpp"

/// @file
/// X [n, p]: centred rows of all ranks, n < p. r: rank of X. B: local rows. K: columns of a map.

namespace infomax::stats {

/// Coordinates Z [n, r] of rows X in a basis V [p, r] of the space that they span:
///
///     X = Z V^T    V^T V = I    G = X X^T = Z Z^T
///
/// Whatever depends on the columns of X only up to a rotation, such as the norms and eigenvalues of
/// X^T X and of X^T Y, is the same of Z, which has n columns at most. Z is the pivoted Cholesky
/// factor of the Gram matrix G [n, n]: with the rows X_r of the pivots and their coordinates L
/// [r, r], which are triangular, V^T = L^-1 X_r, so the rows are orthonormalised in the order of
/// the pivots.
///
/// G is summed in double over slices of columns, one for each rank (ColumnSlices): by MPI_SUM, or
/// exactly over blocks of columns, so that its bits do not depend on the number of ranks. Rank 0
/// factors it for all, for ranks on unlike processors may choose other pivots. Directions in which
/// X varies less than a rounding error of G, some 1e-7 of the longest row, are left out.
class GramCoordinates {
 public:
  /// Collective. Finds the coordinates of the rows of all sources, in one basis. `same_bits` is for
  /// sums whose bits do not depend on the number of ranks. Where G is not finite, the coordinates
  /// are one column of NaN; where it is 0, one column of zeros.
  template <math::Real T>
  void find(const mpi::Communicator& communicator, std::span<const CentredRows<T>> sources,
            bool same_bits);

  /// The coordinates of the local rows of a source, [B, columns()].
  [[nodiscard]] MatrixView<const double> local(std::size_t source) const {
    return z_.view().row_range(first_rows_[source], local_rows_[source]);
  }
  [[nodiscard]] std::size_t columns() const { return z_.columns(); }  ///< r, at least 1

  /// Collective. Returns V `weight`, [p, K]: what the map x -> x V `weight` of centred rows is, for
  /// a map `weight` [r, K] of their coordinates. Same bits on every rank.
  [[nodiscard]] Matrix<double> restore(const mpi::Communicator& communicator,
                                       MatrixView<const double> weight);

  /// Collective. From dJ/dZ of the local rows of the only source, [B, r], to dJ/dX = dJ/dZ V^T,
  /// which overwrites `dx` [B, p]. The slices are used up: neither this nor restore() can be called
  /// again before find().
  template <math::Real T>
  void pull_back(const mpi::Communicator& communicator, MatrixView<const double> dz,
                 MatrixView<T> dx);

  /// Frees what only restore() and pull_back() need.
  void forget_rows() { slices_.clear(); }

  /// The bytes that find() holds at most for n rows of p columns on one of P ranks.
  [[nodiscard]] static std::size_t bytes(std::size_t n, std::size_t p, std::size_t ranks,
                                         bool same_bits);

 private:
  Matrix<double> sum_gram(const mpi::Communicator& communicator, bool same_bits);
  void factor(const mpi::Communicator& communicator, Matrix<double> gram);
  [[nodiscard]] Matrix<double> pivot_coordinates() const;

  ColumnSlices slices_;
  std::vector<std::size_t> first_rows_;  // of the local rows of each source
  std::vector<std::size_t> local_rows_;
  Matrix<double> z_;                   // [n, r]
  std::vector<std::uint64_t> pivots_;  // [r]; empty where G is 0 or not finite
};

}  // namespace infomax::stats

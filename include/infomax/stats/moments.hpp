// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/row_source.hpp"
#include "infomax/stats/summation.hpp"
#include "infomax/stats/tiles.hpp"

/// @file
/// N: global rows. B: local rows. p, q: columns of a and b.

/// Sums over the global batch: means, second moments and soft histograms, and their adjoints.
namespace infomax::stats {

/// The elements of a covariance matrix that are needed.
enum class Extent : std::uint8_t {
  none,      ///< no element
  diagonal,  ///< element (j, j) of each column j
  full       ///< every element
};

/// The second moments that a function needs. The variances (the diagonals of aa and bb) are always
/// computed.
struct MomentNeeds {
  Extent aa = Extent::diagonal;  ///< never none: variances are always computed
  Extent ab = Extent::none;      ///< diagonal requires p = q
  Extent bb = Extent::diagonal;  ///< as aa
  /// Whether float rows are multiplied in double, for functions that invert covariances: inversion
  /// amplifies the rounding of a float product by up to 1 / ridge. It takes twice the work.
  bool in_double = false;
  /// Whether a rotation of a side's columns changes nothing, so that coordinates may take the place
  /// of rows that have many columns (CompactMoments). Diagonals may then be those of coordinates.
  bool any_basis = false;
  /// Whether the moments of the rows' lengths are needed of both sides.
  bool lengths = false;
};

/// Moments of the lengths |z| of one side's centred rows z = a - m_a.
struct LengthMoments {
  double fourth = 0.0;   ///< (1/N) sum_i |z_i|^4
  Buffer<double> third;  ///< (1/N) sum_i |z_i|^2 z_i [p], which the gradient of `fourth` depends on
};

/// Biased second moments about the global mean: C_aa = (1/N) sum_i (a_i - m_a)(a_i - m_a)^T, and
/// likewise for the others. A column counts as constant if its deviation is within the rounding of
/// its mean (1e-13 of it); all its moments are then exactly 0. Moments that are not needed are
/// empty.
struct SecondMoments {
  double samples = 0.0;       ///< N
  Buffer<double> variance_a;  ///< [p], always
  Buffer<double> variance_b;  ///< [q], always
  Buffer<double> covariance;  ///< [p], the diagonal of C_ab if it is needed as a diagonal
  Matrix<double> aa;          ///< [p, p], both triangles
  Matrix<double> ab;          ///< [p, q]
  Matrix<double> bb;          ///< [q, q], both triangles
  LengthMoments lengths_a;    ///< if lengths are needed
  LengthMoments lengths_b;    ///< as lengths_a

  /// @{ RowSource::original_columns() of the sides; 0 where they have p and q.
  std::size_t original_a = 0;
  std::size_t original_b = 0;
  /// @}
  /// @{ The columns that a mean over columns divides by. The variances of all but p (or q) of them
  /// are 0.
  [[nodiscard]] std::size_t columns_a() const { return std::max(original_a, variance_a.size()); }
  [[nodiscard]] std::size_t columns_b() const { return std::max(original_b, variance_b.size()); }
  /// @}
};

/// The sums of products of centred rows: a packed upper triangle for a symmetric matrix, all rows
/// for another one, or a diagonal. Sums that are not needed are empty.
struct MomentSums {
  std::span<double> aa;         ///< p (p + 1) / 2 or p numbers
  std::span<double> bb;         ///< q (q + 1) / 2 or q numbers
  std::span<double> ab;         ///< p q or p numbers
  std::span<double> lengths_a;  ///< sum |z|^4 and sum |z|^2 z, 1 + p numbers
  std::span<double> lengths_b;  ///< 1 + q numbers
};

/// The second pass over the rows of both sides. Tiles of at most 256 rows are centred and
/// multiplied in T or in double, and their products are added in double. The deviations of float
/// rows from their mean should be between 1e-18 and 1e18, so that their squares stay in float's
/// range. Reuses its memory from call to call, and caches the sums of a side a of known content.
template <math::Real T>
class MomentPass {
 public:
  /// Computes the moments that `needs` names, and the variances.
  explicit MomentPass(MomentNeeds needs) : needs_(needs) {}

  [[nodiscard]] const MomentNeeds& needs() const { return needs_; }  ///< what it computes

  /// Collective: one summation, of a triangle for each of aa and bb that is full, p q doubles
  /// for a full ab, and a vector for a diagonal. Where side a is of known content, what is its own
  /// is summed once, by itself.
  const SecondMoments& measure(const mpi::Communicator& communicator, const RowPairs<T>& rows,
                               const Means& means);

 private:
  void add_tile(MatrixView<const T> a, MatrixView<const T> b, const MomentSums& sums);
  void sum_cached(const mpi::Communicator& communicator, const RowPairs<T>& rows,
                  const Means& means);

  MomentNeeds needs_;
  SecondMoments moments_;
  LastContent cached_;
  Buffer<double> cached_sums_;  // aa, lengths_a
  Summation summation_;
  Buffer<double> sums_;  // bb, lengths_b, ab, and aa and lengths_a unless they are cached
  Buffer<T> product_;    // of one tile
  Buffer<double> wide_product_;
  Buffer<double> wide_a_;  // a tile in double
  Buffer<double> wide_b_;
  CentredTiles<T> tiles_a_;
  CentredTiles<T> tiles_b_;
};

}  // namespace infomax::stats

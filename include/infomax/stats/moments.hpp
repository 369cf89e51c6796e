// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/row_source.hpp"
#include "infomax/stats/summation.hpp"
#include "infomax/stats/tiles.hpp"

// N: global rows. B: local rows. p, q: columns of a and b.

namespace infomax::stats {

/// How much of a covariance matrix is wanted.
enum class Extent : std::uint8_t { none, diagonal, full };

/// Which second moments a function needs. The variances (the diagonals of aa and bb) come in any
/// case.
struct MomentNeeds {
  Extent aa = Extent::diagonal;
  Extent ab = Extent::none;  ///< diagonal needs p = q
  Extent bb = Extent::diagonal;
  /// Float rows are multiplied in double too: for functions that invert covariances, which amplify
  /// what a float product rounds by up to 1 / ridge. Twice the work.
  bool in_double = false;
};

/// Biased second moments about the global mean: C_aa = (1/N) sum_i (a_i - m_a)(a_i - m_a)^T and so
/// on. A column whose deviation is within rounding of its mean (1e-13 of it) counts as constant:
/// all of its moments are exactly 0. What is not needed is empty.
struct SecondMoments {
  double samples = 0.0;       ///< N
  Buffer<double> variance_a;  ///< [p], always
  Buffer<double> variance_b;  ///< [q], always
  Buffer<double> covariance;  ///< [p], the diagonal of C_ab where it is needed as a diagonal
  Matrix<double> aa;          ///< [p, p], both triangles
  Matrix<double> ab;          ///< [p, q]
  Matrix<double> bb;          ///< [q, q], both triangles
};

/// Where products of centred rows are added up: of symmetric matrices a packed upper triangle, of
/// others rows, or diagonals. Empty where they are not wanted.
struct MomentSums {
  std::span<double> aa;
  std::span<double> bb;
  std::span<double> ab;
};

/// The second pass over the rows of both sides. Tiles of at most 256 rows are centred and
/// multiplied in T, or in double, their products added in double. Float rows should keep within
/// 1e-18 and 1e18 about their mean, so that squares do not leave float's range. Keeps its memory
/// from call to call, and aa where side a is of known content.
template <math::Real T>
class MomentPass {
 public:
  explicit MomentPass(MomentNeeds needs) : needs_(needs) {}

  /// Collective: one summation, of a triangle for each of aa and bb that is full, p q doubles
  /// for a full ab, and a vector for a diagonal. Where side a is of known content, aa is summed
  /// once, by itself.
  const SecondMoments& measure(const mpi::Communicator& communicator, const RowPairs<T>& rows,
                               const Means& means);

 private:
  void add_tile(MatrixView<const T> a, MatrixView<const T> b, const MomentSums& sums);
  void sum_kept(const mpi::Communicator& communicator, const RowPairs<T>& rows, const Means& means);

  MomentNeeds needs_;
  SecondMoments moments_;
  LastContent kept_;
  Buffer<double> kept_sums_;  // aa
  Summation summation_;
  Buffer<double> sums_;  // bb, ab, and an aa that is not kept
  Buffer<T> product_;    // of one tile
  Buffer<double> wide_product_;
  Buffer<double> wide_a_;  // a tile in double
  Buffer<double> wide_b_;
  CentredTiles<T> tiles_a_;
  CentredTiles<T> tiles_b_;
};

}  // namespace infomax::stats

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"
#include "infomax/stats/row_source.hpp"
#include "infomax/stats/tiles.hpp"

// N: global rows. B: local rows. p, q: columns of a and b.

namespace infomax::stats {

/// dJ/dmoments, each in the extent that the needs named: a matrix D, or the diagonal of one. In
/// D_aa, C_aa[i,j] and C_aa[j,i] count as independent, so only D_aa + D_aa^T matters. Whoever asks
/// for a gradient sets the flags; what belongs to an unwanted side alone may be left unset.
struct MomentGradient {
  bool wanted_a = false;
  bool wanted_b = false;
  Matrix<double> aa;          ///< [p, p], where aa is full
  Matrix<double> ab;          ///< [p, q], where ab is full
  Matrix<double> bb;          ///< [q, q], where bb is full
  Buffer<double> variance_a;  ///< [p], where aa is a diagonal
  Buffer<double> covariance;  ///< [p], where ab is a diagonal
  Buffer<double> variance_b;  ///< [q], where bb is a diagonal

  /// Gives every member that `needs` names its shape, and zeros. Allocates on first use only.
  void reset(const MomentNeeds& needs, std::size_t p, std::size_t q);
};

/// The adjoint of MomentPass: dJ/dmoments to dJ/drows, of local rows alone. Keeps its memory.
template <math::Real T>
class MomentPullBack {
 public:
  explicit MomentPullBack(MomentNeeds needs) : needs_(needs) {}

  /// da [B, p] and db [B, q], overwritten where wanted:
  ///   da = (1/N)[(A - m_a)(D_aa + D_aa^T) + (B - m_b) D_ab^T]
  ///   db = (1/N)[(B - m_b)(D_bb + D_bb^T) + (A - m_a) D_ab]
  void apply(const RowPairs<T>& rows, const Means& means, const MomentGradient& gradient,
             MatrixView<T> da, MatrixView<T> db);

 private:
  /// In T and divided by N: D + D^T, or twice its diagonal.
  struct Symmetric {
    Matrix<T> full;
    Buffer<T> diagonal;
  };

  static void convert(Extent extent, const Matrix<double>& full, std::span<const double> diagonal,
                      double samples, Symmetric& converted);
  void convert_cross(const MomentGradient& gradient, double samples);
  void own_part(Extent extent, const Symmetric& d, MatrixView<const T> rows, MatrixView<T> out);
  void cross_part(math::Transpose transpose, MatrixView<const T> other, MatrixView<T> out);

  MomentNeeds needs_;
  Symmetric aa_;
  Symmetric bb_;
  Matrix<T> ab_;
  Buffer<T> covariance_;
  CentredTiles<T> tiles_a_;
  CentredTiles<T> tiles_b_;
};

}  // namespace infomax::stats

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"
#include "infomax/stats/row_source.hpp"
#include "infomax/stats/tiles.hpp"

/// @file
/// N: global rows. B: local rows. p, q: columns of a and b.

namespace infomax::stats {

/// The derivative by one side's LengthMoments::fourth, which pulls back to da = (4/N) derivative
/// (|z|^2 z - third).
struct LengthGradient {
  double fourth = 0.0;   ///< dJ/dfourth
  Buffer<double> third;  ///< LengthMoments::third [p]; empty where the derivative is 0
};

/// dJ/dmoments, each in the extent of MomentNeeds: a matrix D or its diagonal. In D_aa, C_aa[i,j]
/// and C_aa[j,i] count as independent, so only D_aa + D_aa^T matters. The caller that needs a
/// gradient sets the flags; members that only an unwanted side needs may stay unset.
struct MomentGradient {
  bool wanted_a = false;      ///< whether derivatives are needed that da depends on
  bool wanted_b = false;      ///< the same of db
  Matrix<double> aa;          ///< [p, p], if aa is full
  Matrix<double> ab;          ///< [p, q], if ab is full
  Matrix<double> bb;          ///< [q, q], if bb is full
  Buffer<double> variance_a;  ///< [p], if aa is a diagonal
  Buffer<double> covariance;  ///< [p], if ab is a diagonal
  Buffer<double> variance_b;  ///< [q], if bb is a diagonal
  LengthGradient lengths_a;   ///< if lengths are needed
  LengthGradient lengths_b;   ///< as lengths_a

  /// Sets every member that `needs` names to zeros of its shape. Allocates on first use only.
  void reset(const MomentNeeds& needs, std::size_t p, std::size_t q);
};

/// The adjoint of MomentPass, from dJ/dmoments to dJ/drows, for local rows. Reuses its memory.
template <math::Real T>
class MomentPullBack {
 public:
  /// `needs` are those of the MomentPass whose adjoint this is.
  explicit MomentPullBack(MomentNeeds needs) : needs_(needs) {}

  /// Overwrites da [B, p] and db [B, q], each if it is wanted:
  ///
  ///   da = (1/N)[(A - m_a)(D_aa + D_aa^T) + (B - m_b) D_ab^T]
  ///   db = (1/N)[(B - m_b)(D_bb + D_bb^T) + (A - m_a) D_ab]
  ///
  /// and what LengthGradient adds.
  void apply(const RowPairs<T>& rows, const Means& means, const MomentGradient& gradient,
             MatrixView<T> da, MatrixView<T> db);

 private:
  /// D + D^T, or twice its diagonal, in T and divided by N.
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

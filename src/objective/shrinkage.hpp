// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/core/matrix.hpp"

/// @file
/// N rows z, centred, of p columns with covariance C [p, p].

namespace infomax::objective {

/// The covariance of Ledoit and Wolf (2004), "A well-conditioned estimator for large-dimensional
/// covariance matrices":
///
///     C* = (1 - d) C + d m I,  m = tr(C) / p,  d = min(1, b2 / d2),
///     d2 = |C - m I|_F^2,      b2 = (1/N) ((1/N) sum_i |z_i|^4 - |C|_F^2),
///
/// with d = 1 where d2 is 0.
class ShrunkCovariance {
 public:
  /// `fourth` is (1/N) sum_i |z_i|^4. `columns` is what the rows have in all: those beyond p do not
  /// vary, where the covariance is one of coordinates in the space of wide rows, and are columns
  /// like others in the formula. The covariance must outlive this.
  ShrunkCovariance(const Matrix<double>& covariance, std::size_t columns, double fourth,
                   double samples);

  [[nodiscard]] const Matrix<double>& matrix() const { return shrunk_; }  ///< C* [p, p]
  [[nodiscard]] double intensity() const { return intensity_; }           ///< d
  /// d m, the least that the variance of any direction is.
  [[nodiscard]] double added() const { return intensity_ * mean_variance_; }

  /// Turns the symmetric dJ/dC* into dJ/dC, d being a function of C, and returns dJ/dfourth.
  double differentiate(Matrix<double>& derivative) const;

 private:
  const Matrix<double>* covariance_;
  double samples_;
  double columns_;
  double mean_variance_ = 0.0;  // m
  double distance_ = 0.0;       // d2
  double intensity_ = 1.0;
  bool clipped_ = true;  // d = 1, whatever C is nearby
  Matrix<double> shrunk_;
};

}  // namespace infomax::objective

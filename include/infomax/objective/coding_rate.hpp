// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/core/matrix.hpp"
#include "infomax/objective/batch_size.hpp"
#include "infomax/objective/moment_function.hpp"

// q: columns of b.

namespace infomax::objective {

/// 1/2 ln det(I + (q / e) C_bb), nats: what it takes to code side b up to a squared distortion e
/// (Yu et al. 2020). Side a has no part in it. Larger outputs always code more: mind their scale.
class CodingRate final : public MomentFunction {
 public:
  /// `distortion` e > 0, a squared distance.
  explicit CodingRate(double distortion) : distortion_(distortion) {}

  [[nodiscard]] stats::MomentNeeds needs() const override;

  /// Throws NumericError where rounding left C_bb so indefinite that the determinant is not
  /// positive.
  double evaluate(const stats::SecondMoments& moments, stats::MomentGradient* gradient) override;

 private:
  double distortion_;
  BatchSizeWarning batch_size_;
  Matrix<double> regular_;  // I + (q / e) C_bb
};

}  // namespace infomax::objective

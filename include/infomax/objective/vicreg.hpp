// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/objective/batch_size.hpp"
#include "infomax/objective/moment_function.hpp"

// N: global rows. p: columns of a and of b.

namespace infomax::objective {

/// What VICReg is besides the difference of its sides (Bardes et al. 2022, the authors' code):
/// -[ w_v 1/2 sum_sides mean_j max(0, 1 - sqrt(Var_j + 1e-4)) + w_c sum_sides sum_{i != j} Cov_ij^2
/// / p ], Var and Cov unbiased, p = q. Adds both terms, without weights, to the report: `variance`
/// and `covariance`. Of a single row Var and Cov are 0.
class VarianceCovariance final : public MomentFunction {
 public:
  VarianceCovariance(double variance_weight, double covariance_weight)
      : variance_weight_(variance_weight), covariance_weight_(covariance_weight) {}

  [[nodiscard]] stats::MomentNeeds needs() const override;
  double evaluate(const stats::SecondMoments& moments, stats::MomentGradient* gradient) override;
  void append_parts(Parts& parts) const override;

 private:
  /// Adds a side's terms; `derivative` [p, p] may be null.
  void add_side(double samples, const Matrix<double>& covariance, Matrix<double>* derivative);

  double variance_weight_;
  double covariance_weight_;
  BatchSizeWarning batch_size_;
  double variance_ = 0.0;
  double covariance_ = 0.0;
};

}  // namespace infomax::objective

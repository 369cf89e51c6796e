// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/objective/batch_size.hpp"
#include "infomax/objective/moment_function.hpp"

// p: columns of a and of b.

namespace infomax::objective {

/// -[ sum_i (1 - R_ii)^2 + l sum_{i != j} R_ij^2 ], R_ij = C_ab[i,j] / sqrt((C_aa[i,i] +
/// e)(C_bb[j,j]
/// + e)) with e = 1e-5, that of batch normalisation (Zbontar et al. 2021). p = q. Adds both sums,
/// without l, to the report: `invariance` and `redundancy`.
class BarlowTwins final : public MomentFunction {
 public:
  /// `redundancy_weight` is l.
  explicit BarlowTwins(double redundancy_weight) : redundancy_weight_(redundancy_weight) {}

  [[nodiscard]] stats::MomentNeeds needs() const override;
  double evaluate(const stats::SecondMoments& moments, stats::MomentGradient* gradient) override;
  void append_parts(Parts& parts) const override;

 private:
  double redundancy_weight_;
  BatchSizeWarning batch_size_;
  Buffer<double> scale_a_;  // [p], 1 / sqrt(variance + e)
  Buffer<double> scale_b_;
  double invariance_ = 0.0;
  double redundancy_ = 0.0;
};

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <span>

#include "infomax/analysis/logistic.hpp"
#include "infomax/core/matrix.hpp"

// D features, C classes.
namespace infomax::analysis {

/// The Hessian that f has where all rows have the same weights: for class c and its curvature a_c,
/// a_c (R + (l2 / a) S^2), with the correlations R and the scales S of the features and the mean a
/// of the curvatures.
class CommonHessian {
 public:
  /// `correlations` [D, D], or empty: they are then taken for 0. Both must outlive this.
  CommonHessian(const Matrix<double>& correlations, const FeatureScale& scale, double l2)
      : correlations_(&correlations), scale_(&scale), l2_(l2) {}

  /// Takes the curvatures of the classes [C].
  void prepare(std::span<const double> curvature);

  /// Writes the inverse times `vector` [(D + 1) C] to `out`, both without the part that is the same
  /// for all classes.
  void solve(std::span<const double> vector, std::span<double> out) const;

 private:
  void factorise();

  const Matrix<double>* correlations_;
  const FeatureScale* scale_;
  double l2_;
  Buffer<double> divisors_;               // [C]
  Buffer<double> diagonal_;               // [D], (l2 / a) S^2
  std::optional<Matrix<double>> factor_;  // [D, D]; none: by the diagonal alone
};

/// Collective. Minimises the loss from w [(D + 1) C] on by Newton's method with conjugate
/// gradients, preconditioned by `hessian`; w becomes the last point, the same on every rank.
LogisticOutcome minimise_by_newton(LogisticLoss& loss, CommonHessian& hessian, Buffer<double>& w,
                                   bool is_penalised, const LogisticOptions& options,
                                   const LogisticWatcher& watcher);

}  // namespace infomax::analysis

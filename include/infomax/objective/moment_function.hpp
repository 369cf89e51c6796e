// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/objective/value.hpp"
#include "infomax/stats/moment_gradient.hpp"
#include "infomax/stats/moments.hpp"

/// @file
/// N: global rows. p, q: columns of a and b.

namespace infomax::objective {

/// A function of the global second moments with its gradient, in double and the same on every rank.
/// It knows neither rows nor ranks. A dependence measure rho is one; so is any objective of moments
/// alone. Where the moments are not finite, neither is the value.
class MomentFunction {
 public:
  MomentFunction() = default;
  virtual ~MomentFunction() = default;
  MomentFunction(const MomentFunction&) = delete;
  MomentFunction& operator=(const MomentFunction&) = delete;

  /// The moments that evaluate() reads.
  [[nodiscard]] virtual stats::MomentNeeds needs() const = 0;

  /// Returns the value. Where `gradient` is not null, writes its derivatives for the sides that its
  /// flags name; it comes with the shapes of needs() and zeros.
  virtual double evaluate(const stats::SecondMoments& moments, stats::MomentGradient* gradient) = 0;

  /// Appends what the last evaluation adds to the report.
  virtual void append_figures(Figures& /*figures*/) const {}
};

/// (1/p) sum_j C_ab[j,j] / sqrt(C_aa[j,j] C_bb[j,j]); columns of zero variance contribute 0. p = q.
class Pearson final : public MomentFunction {
 public:
  /// The variances and the diagonal of C_ab.
  [[nodiscard]] stats::MomentNeeds needs() const override;
  double evaluate(const stats::SecondMoments& moments, stats::MomentGradient* gradient) override;
};

/// |C_ab|_F / sqrt(|C_aa|_F |C_bb|_F), the square root of the RV coefficient (Escoufier 1973;
/// Robert and Escoufier 1976); 0, without gradient, where a norm is 0.
class RvCoefficient final : public MomentFunction {
 public:
  /// All moments in full.
  [[nodiscard]] stats::MomentNeeds needs() const override;
  double evaluate(const stats::SecondMoments& moments, stats::MomentGradient* gradient) override;
};

}  // namespace infomax::objective

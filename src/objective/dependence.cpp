// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>

#include "infomax/math/blas.hpp"
#include "infomax/objective/moment_function.hpp"

namespace infomax::objective {
namespace {

using stats::Extent;
using stats::MomentGradient;
using stats::MomentNeeds;
using stats::SecondMoments;

/// to = factor * from.
void scaled_copy(double factor, const Matrix<double>& from, Matrix<double>& to) {
  std::ranges::transform(from.span(), to.data(), [factor](double x) { return factor * x; });
}

}  // namespace

MomentNeeds Pearson::needs() const {
  return {Extent::diagonal, Extent::diagonal, Extent::diagonal};
}

double Pearson::evaluate(const SecondMoments& moments, MomentGradient* gradient) {
  const std::size_t p = moments.covariance.size();
  const double weight = 1.0 / static_cast<double>(p);
  double value = 0.0;
  for (std::size_t j = 0; j < p; ++j) {
    const double variance_a = moments.variance_a[j];
    const double variance_b = moments.variance_b[j];
    if (variance_a == 0.0 || variance_b == 0.0) {
      continue;
    }
    // Roots first: the product of two small variances may not be representable.
    const double deviations = std::sqrt(variance_a) * std::sqrt(variance_b);
    const double r = moments.covariance[j] / deviations;
    value += weight * r;
    if (gradient != nullptr) {
      gradient->covariance[j] = weight / deviations;
      gradient->variance_a[j] = -0.5 * weight * r / variance_a;
      gradient->variance_b[j] = -0.5 * weight * r / variance_b;
    }
  }
  return value;
}

MomentNeeds RvCoefficient::needs() const {
  return {Extent::full, Extent::full, Extent::full, false, true};
}

double RvCoefficient::evaluate(const SecondMoments& moments, MomentGradient* gradient) {
  const auto norm_aa = math::norm<double>(moments.aa.span());
  const auto norm_bb = math::norm<double>(moments.bb.span());
  const auto norm_ab = math::norm<double>(moments.ab.span());
  const double scale = std::sqrt(norm_aa) * std::sqrt(norm_bb);
  if (scale == 0.0 || norm_ab == 0.0) {
    return 0.0;
  }
  const double value = norm_ab / scale;
  if (gradient != nullptr) {
    scaled_copy(1.0 / norm_ab / scale, moments.ab, gradient->ab);
    if (gradient->wanted_a) {
      scaled_copy(-0.5 * value / norm_aa / norm_aa, moments.aa, gradient->aa);
    }
    if (gradient->wanted_b) {
      scaled_copy(-0.5 * value / norm_bb / norm_bb, moments.bb, gradient->bb);
    }
  }
  return value;
}

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/vicreg.hpp"

#include <algorithm>
#include <cmath>

namespace infomax::objective {
namespace {

constexpr double variance_floor = 1e-4;

}  // namespace

stats::MomentNeeds VarianceCovariance::needs() const {
  return {stats::Extent::full, stats::Extent::none, stats::Extent::full};
}

void VarianceCovariance::add_side(double samples, const Matrix<double>& covariance,
                                  Matrix<double>* derivative) {
  const std::size_t p = covariance.rows();
  const double mean_weight = 1.0 / static_cast<double>(p);
  const double unbiased = samples / std::max(1.0, samples - 1.0);
  for (std::size_t i = 0; i < p; ++i) {
    for (std::size_t j = 0; j < p; ++j) {
      const double c = unbiased * covariance(i, j);
      double slope = 0.0;  // dJ/dc
      if (i == j) {
        const double deviation = std::sqrt(c + variance_floor);
        const double missing = deviation > 1.0 ? 0.0 : 1.0 - deviation;  // NaN stays NaN
        variance_ += 0.5 * mean_weight * missing;
        slope = missing == 0.0 ? 0.0 : 0.25 * variance_weight_ * mean_weight / deviation;
      } else {
        covariance_ += mean_weight * c * c;
        slope = -2.0 * covariance_weight_ * mean_weight * c;
      }
      if (derivative != nullptr) {
        (*derivative)(i, j) = unbiased * slope;
      }
    }
  }
}

double VarianceCovariance::evaluate(const stats::SecondMoments& moments,
                                    stats::MomentGradient* gradient) {
  batch_size_.require_rank(moments.samples, moments.aa.rows(), moments.bb.rows());
  variance_ = 0.0;
  covariance_ = 0.0;
  const bool wanted_a = gradient != nullptr && gradient->wanted_a;
  const bool wanted_b = gradient != nullptr && gradient->wanted_b;
  add_side(moments.samples, moments.aa, wanted_a ? &gradient->aa : nullptr);
  add_side(moments.samples, moments.bb, wanted_b ? &gradient->bb : nullptr);
  return -(variance_weight_ * variance_ + covariance_weight_ * covariance_);
}

void VarianceCovariance::append_parts(Parts& parts) const {
  parts.emplace_back("variance", variance_);
  parts.emplace_back("covariance", covariance_);
}

}  // namespace infomax::objective

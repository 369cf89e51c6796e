// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/barlow.hpp"

#include <algorithm>
#include <cmath>

namespace infomax::objective {
namespace {

constexpr double epsilon = 1e-5;

void to_scales(std::span<const double> variance, Buffer<double>& scale) {
  scale.resize(variance.size());
  std::ranges::transform(variance, scale.begin(),
                         [](double v) { return 1.0 / std::sqrt(v + epsilon); });
}

}  // namespace

stats::MomentNeeds BarlowTwins::needs() const {
  return {stats::Extent::diagonal, stats::Extent::full, stats::Extent::diagonal};
}

double BarlowTwins::evaluate(const stats::SecondMoments& moments, stats::MomentGradient* gradient) {
  const std::size_t p = moments.variance_a.size();
  batch_size_.require_rank(moments.samples, p, p);
  to_scales(moments.variance_a, scale_a_);
  to_scales(moments.variance_b, scale_b_);
  invariance_ = 0.0;
  redundancy_ = 0.0;
  for (std::size_t i = 0; i < p; ++i) {
    for (std::size_t j = 0; j < p; ++j) {
      const double scale = scale_a_[i] * scale_b_[j];
      const double r = moments.ab(i, j) * scale;
      const double missing = i == j ? 1.0 - r : 0.0;
      const double redundant = i == j ? 0.0 : r;
      invariance_ += missing * missing;
      redundancy_ += redundant * redundant;
      if (gradient != nullptr) {
        const double slope = 2.0 * (missing - redundancy_weight_ * redundant);  // dJ/dR_ij
        gradient->ab(i, j) = slope * scale;
        gradient->variance_a[i] -= 0.5 * slope * r * scale_a_[i] * scale_a_[i];
        gradient->variance_b[j] -= 0.5 * slope * r * scale_b_[j] * scale_b_[j];
      }
    }
  }
  return -(invariance_ + redundancy_weight_ * redundancy_);
}

void BarlowTwins::append_parts(Parts& parts) const {
  parts.emplace_back("invariance", invariance_);
  parts.emplace_back("redundancy", redundancy_);
}

}  // namespace infomax::objective

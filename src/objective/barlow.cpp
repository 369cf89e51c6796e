// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>

#include "infomax/objective/batch_size.hpp"
#include "objective/description.hpp"
#include "objective/list.hpp"

// p: columns of a and of b.

namespace infomax::objective {
namespace {

struct BarlowOptions {
  double redundancy_weight = 5e-3;  ///< l
};

/// That of batch normalisation, as in the paper's code.
constexpr double barlow_epsilon = 1e-5;

void to_scales(std::span<const double> variance, Buffer<double>& scale) {
  scale.resize(variance.size());
  std::ranges::transform(variance, scale.begin(),
                         [](double v) { return 1.0 / std::sqrt(v + barlow_epsilon); });
}

/// -[ sum_i (1 - R_ii)^2 + l sum_{i != j} R_ij^2 ]
///   R_ij = C_ab[i,j] / sqrt((C_aa[i,i] + epsilon) (C_bb[j,j] + epsilon))
/// (Zbontar et al. 2021). p = q. Reports both sums, without l: `invariance` and `redundancy`.
class BarlowTwins final : public MomentFunction {
 public:
  explicit BarlowTwins(double redundancy_weight) : redundancy_weight_(redundancy_weight) {}

  [[nodiscard]] stats::MomentNeeds needs() const override;
  double evaluate(const stats::SecondMoments& moments, stats::MomentGradient* gradient) override;
  void append_figures(Figures& figures) const override;

 private:
  double redundancy_weight_;
  BatchSizeWarning batch_size_;
  Buffer<double> scale_a_;  // [p], 1 / sqrt(variance + e)
  Buffer<double> scale_b_;
  double invariance_ = 0.0;
  double redundancy_ = 0.0;
};

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

void BarlowTwins::append_figures(Figures& figures) const {
  figures.emplace_back("invariance", invariance_);
  figures.emplace_back("redundancy", redundancy_);
}

}  // namespace

Description describe_barlow() {
  FieldTable<BarlowOptions> table;
  table.add("barlow-lambda", &BarlowOptions::redundancy_weight, "L",
            "l of barlow, the weight of redundancy", at_least(0.0));
  Description barlow{.name = "barlow",
                     .help =
                         "-[sum (1 - R_ii)^2 + l sum R_ij^2], R the correlations between a "
                         "and b"};
  barlow.options = {group_of(table), histogram_options()};
  barlow.needs = [](const ObjectiveOptions&) { return Needs{.equal_columns = true}; };
  barlow.moments = [](const ObjectiveOptions& options) {
    return MomentTerms{
        std::make_unique<BarlowTwins>(options.of<BarlowOptions>().redundancy_weight)};
  };
  return barlow;
}

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>

#include "infomax/objective/batch_size.hpp"
#include "objective/description.hpp"
#include "objective/list.hpp"

// N: global rows. p: columns of a and of b.

namespace infomax::objective {
namespace {

struct VicregOptions {
  double similarity = 25.0;  ///< w_s
  double variance = 25.0;    ///< w_v
  double covariance = 1.0;   ///< w_c
};

constexpr double vicreg_epsilon = 1e-4;

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
  void append_figures(Figures& figures) const override;

 private:
  /// Adds a side's terms; `derivative` [p, p] may be null.
  void add_side(double samples, const Matrix<double>& covariance, Matrix<double>* derivative);

  double variance_weight_;
  double covariance_weight_;
  BatchSizeWarning batch_size_;
  double variance_ = 0.0;
  double covariance_ = 0.0;
};

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
        const double deviation = std::sqrt(c + vicreg_epsilon);
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

void VarianceCovariance::append_figures(Figures& figures) const {
  figures.emplace_back("variance", variance_);
  figures.emplace_back("covariance", covariance_);
}

}  // namespace

Description describe_vicreg() {
  FieldTable<VicregOptions> table;
  table
      .add("vicreg-similarity", &VicregOptions::similarity, "W",
           "w_s of vicreg, the weight of the mean squared difference of its sides", at_least(0.0))
      .add("vicreg-variance", &VicregOptions::variance, "W",
           "w_v of vicreg, the weight of what columns' deviations lack to 1", at_least(0.0))
      .add("vicreg-covariance", &VicregOptions::covariance, "W",
           "w_c of vicreg, the weight of the covariances between a side's columns", at_least(0.0));
  Description vicreg{.name = "vicreg",
                     .help =
                         "-[w_s mean (a - b)^2 + w_v hinge(1 - deviations) + w_c sum "
                         "covariances^2]"};
  vicreg.options = {group_of(table), histogram_options()};
  vicreg.needs = [](const ObjectiveOptions&) { return Needs{.equal_columns = true}; };
  vicreg.moments = [](const ObjectiveOptions& options) {
    const auto& weight = options.of<VicregOptions>();
    return MomentTerms{std::make_unique<VarianceCovariance>(weight.variance, weight.covariance),
                       weight.similarity};
  };
  return vicreg;
}

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>

#include "infomax/core/error.hpp"
#include "infomax/core/field_check.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"
#include "objective/description.hpp"
#include "objective/list.hpp"
#include "objective/pls_options.hpp"

// p, q: columns of a and b.

namespace infomax::objective {
namespace {

/// Singular values up to this part of the largest one are rounding, and have no direction.
constexpr double negligible_covariance = 1e-12;

/// sum_i s_i, the singular values of C_ab: what covariance the outputs have in common. It grows
/// with their scale.
class SharedCovariance final : public MomentFunction {
 public:
  [[nodiscard]] stats::MomentNeeds needs() const override {
    return {stats::Extent::diagonal, stats::Extent::full, stats::Extent::diagonal, true, true};
  }

  double evaluate(const stats::SecondMoments& moments, stats::MomentGradient* gradient) override;

  void append_figures(Figures& figures) const override {
    figures.emplace_back("covariance_max", largest_);
    if (paired_) {
      figures.emplace_back("paired_covariance", *paired_);
    }
  }

 private:
  double largest_ = 0.0;
  std::optional<double> paired_;  // sum_i C_ab[i,i], where p = q
};

double SharedCovariance::evaluate(const stats::SecondMoments& moments,
                                  stats::MomentGradient* gradient) {
  const auto entries = moments.ab.span();
  if (!std::isfinite(std::accumulate(entries.begin(), entries.end(), 0.0))) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    if (gradient != nullptr) {
      std::ranges::fill(gradient->ab.span(), none);
    }
    return none;
  }
  const auto parts = math::singular_values(moments.ab.view());
  largest_ = parts.values.front();
  paired_.reset();
  // Coordinates of wide sides are in no order that pairs them.
  if (moments.columns_a() == moments.ab.rows() && moments.columns_b() == moments.ab.columns() &&
      moments.ab.rows() == moments.ab.columns()) {
    paired_ = 0.0;
    for (std::size_t i = 0; i < moments.ab.rows(); ++i) {
      *paired_ += moments.ab(i, i);
    }
  }
  if (gradient != nullptr) {
    const auto kept = static_cast<std::size_t>(std::ranges::count_if(
        parts.values, [this](double value) { return value > negligible_covariance * largest_; }));
    for (std::size_t i = 0; i < moments.ab.rows(); ++i) {
      for (std::size_t j = 0; j < moments.ab.columns(); ++j) {
        for (std::size_t k = 0; k < kept; ++k) {
          gradient->ab(i, j) += parts.u(i, k) * parts.vt(k, j);
        }
      }
    }
  }
  return std::accumulate(parts.values.begin(), parts.values.end(), 0.0);
}

Check<double> share_of_one() {
  return {[](double c) { return c > 0.0 && c <= 1.0; }, "a number above 0, up to 1"};
}

}  // namespace

Description describe_pls() {
  FieldTable<PlsOptions> table;
  table
      .add("pls-mode", &PlsOptions::mode, "MODE",
           "of pls, for the pairs of outputs after the first: svd, the next singular vectors of "
           "C_xy; canonical, of what is left when each side's output is taken from its own side "
           "(Wold 1975); or regression, when the output of the side that predicts, x, is taken "
           "from both (PLS2, and PLS1 of one target; as many outputs as x has columns). As "
           "scikit-learn's PLSSVD, PLSCanonical and PLSRegression")
      .add("sparsity-a", &PlsOptions::sparsity_a, "C",
           "weights w of side a, of |w| = 1, have a sum of magnitudes of at most C times the root "
           "of their number, above 0 up to 1, which makes many 0: sparse CCA by the penalised "
           "matrix decomposition, which takes columns as uncorrelated within a side and of "
           "variance 1 (`normalize` standardize; Witten, Tibshirani and Hastie 2009)",
           share_of_one())
      .add("sparsity-b", &PlsOptions::sparsity_b, "C", "the same of side b", share_of_one());
  Description pls{.name = "pls",
                  .help =
                      "sum of the singular values of C_ab, partial least squares; for `encoder` "
                      "linear:K alone, whose weights have length 1"};
  pls.options = {group_of(table), histogram_options()};
  pls.check = [](const ObjectiveOptions& options) {
    const auto& chosen = options.of<PlsOptions>();
    if (chosen.sparse() && chosen.mode != PlsMode::svd) {
      throw UsageError("`sparsity_a` and `sparsity_b` are for `pls_mode` svd");
    }
  };
  pls.moments = [](const ObjectiveOptions&) {
    return MomentTerms{std::make_unique<SharedCovariance>()};
  };
  pls.linear = [](const ObjectiveOptions& options, LinearSides sides) -> std::optional<LinearForm> {
    const auto& chosen = options.of<PlsOptions>();
    if (sides == LinearSides::both_alike) {
      return std::nullopt;
    }
    if (chosen.sparse()) {
      return LinearForm::sparse_covariance;
    }
    switch (chosen.mode) {
      case PlsMode::canonical:
        return LinearForm::deflated_covariance;
      case PlsMode::regression:
        return LinearForm::regressed_covariance;
      case PlsMode::svd:
        break;
    }
    return LinearForm::covariance;
  };
  pls.linear_help = "pls of two networks or values";
  pls.only_linear = true;
  return pls;
}

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "infomax/core/error.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"
#include "infomax/objective/batch_size.hpp"
#include "objective/description.hpp"
#include "objective/list.hpp"

// q: columns of b.

namespace infomax::objective {
namespace {

struct CodingRateOptions {
  double distortion = 0.5;  ///< e, a squared distance
};

/// out = factor (l l^T)^-1.
void scaled_inverse(double factor, const Matrix<double>& l, Matrix<double>& out) {
  std::ranges::fill(out.span(), 0.0);
  for (std::size_t j = 0; j < l.rows(); ++j) {
    out(j, j) = factor;
  }
  math::solve_lower(math::Side::left, math::Transpose::no, l.view(), out.view());
  math::solve_lower(math::Side::left, math::Transpose::yes, l.view(), out.view());
}

/// 1/2 ln det(I + (q / e) C_bb), nats: what it takes to code side b up to a squared distortion e
/// (Yu et al. 2020). It ignores side a. Larger outputs always code more, so
/// their scale should be bounded.
class CodingRate final : public MomentFunction {
 public:
  /// `distortion` e > 0, a squared distance.
  explicit CodingRate(double distortion) : distortion_(distortion) {}

  [[nodiscard]] stats::MomentNeeds needs() const override;

  /// Throws NumericError where rounding left C_bb so indefinite that the determinant is not
  /// positive.
  double evaluate(const stats::SecondMoments& moments, stats::MomentGradient* gradient) override;

 private:
  double distortion_;
  BatchSizeWarning batch_size_;
  Matrix<double> regular_;  // I + (q / e) C_bb
};

stats::MomentNeeds CodingRate::needs() const {
  return {stats::Extent::diagonal, stats::Extent::none, stats::Extent::full, false, true};
}

double CodingRate::evaluate(const stats::SecondMoments& moments, stats::MomentGradient* gradient) {
  const std::size_t q = moments.bb.rows();
  const std::size_t columns = moments.columns_b();
  batch_size_.require_rank(moments.samples, columns, columns);
  const double factor = static_cast<double>(columns) / distortion_;
  const bool wanted = gradient != nullptr && gradient->wanted_b;
  regular_ = moments.bb;
  math::scale<double>(factor, regular_.span());
  for (std::size_t j = 0; j < q; ++j) {
    regular_(j, j) += 1.0;
  }
  const auto entries = regular_.span();
  if (!std::isfinite(std::accumulate(entries.begin(), entries.end(), 0.0))) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    if (wanted) {
      std::ranges::fill(gradient->bb.span(), none);
    }
    return none;
  }
  const std::optional<Matrix<double>> l = math::cholesky(regular_.view());
  if (!l) {
    throw NumericError(
        "the covariance of side b is so large or so uneven that rounding made it indefinite: scale "
        "the outputs down, set a larger `distortion`, or use `precision` double");
  }
  if (wanted) {
    scaled_inverse(0.5 * factor, *l, gradient->bb);
  }
  double value = 0.0;
  for (std::size_t j = 0; j < q; ++j) {
    value += std::log((*l)(j, j));
  }
  return value;
}

}  // namespace

Description describe_coding_rate() {
  FieldTable<CodingRateOptions> table;
  table.add("distortion", &CodingRateOptions::distortion, "E",
            "e of coding-rate, the squared distortion at which outputs are told apart", above(0.0));
  Description rate{.name = "coding-rate",
                   .help = "1/2 ln det(I + (q / e) C_bb), of the q outputs b alone, nats"};
  rate.options = {group_of(table), histogram_options()};
  rate.moments = [](const ObjectiveOptions& options) {
    return MomentTerms{std::make_unique<CodingRate>(options.of<CodingRateOptions>().distortion)};
  };
  rate.linear = [](const ObjectiveOptions&, LinearSides sides) {
    return sides == LinearSides::both ? std::nullopt : std::optional(LinearForm::principal);
  };
  rate.linear_help = "coding-rate of one network";
  return rate;
}

}  // namespace infomax::objective

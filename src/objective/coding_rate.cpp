// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/coding_rate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "infomax/core/error.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"

namespace infomax::objective {
namespace {

/// out = factor (l l^T)^-1.
void scaled_inverse(double factor, const Matrix<double>& l, Matrix<double>& out) {
  std::ranges::fill(out.span(), 0.0);
  for (std::size_t j = 0; j < l.rows(); ++j) {
    out(j, j) = factor;
  }
  math::solve_lower(math::Side::left, math::Transpose::no, l.view(), out.view());
  math::solve_lower(math::Side::left, math::Transpose::yes, l.view(), out.view());
}

}  // namespace

stats::MomentNeeds CodingRate::needs() const {
  return {stats::Extent::diagonal, stats::Extent::none, stats::Extent::full};
}

double CodingRate::evaluate(const stats::SecondMoments& moments, stats::MomentGradient* gradient) {
  const std::size_t q = moments.bb.rows();
  batch_size_.require_rank(moments.samples, q, q);
  const double factor = static_cast<double>(q) / distortion_;
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

}  // namespace infomax::objective

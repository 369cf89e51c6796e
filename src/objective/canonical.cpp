// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/canonical.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <stdexcept>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"
#include "objective/shrinkage.hpp"
#include "objective/transposed.hpp"

namespace infomax::objective {
namespace {

using math::Side;
using math::Transpose;

double sum(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

/// The relative rounding error of a pivot of `columns` columns.
double rounding_of(std::size_t columns) {
  return 8.0 * static_cast<double>(columns) * std::numeric_limits<double>::epsilon();
}

/// True where a pivot is as small as the rounding errors of its computation. Cholesky's algorithm
/// succeeds on exactly dependent columns about every other time, and its result is noise then.
bool is_singular(const Matrix<double>& l, const Matrix<double>& factored) {
  const double rounding = rounding_of(l.rows());
  for (std::size_t j = 0; j < l.rows(); ++j) {
    if (l(j, j) * l(j, j) <= rounding * factored(j, j)) {
      return true;
    }
  }
  return false;
}

/// out = alpha x diag(weight) y^T.
void weighted_product(double alpha, const Matrix<double>& x, std::span<const double> weight,
                      const Matrix<double>& y, Matrix<double>& out) {
  Matrix<double> weighted = x;
  for (std::size_t i = 0; i < x.rows(); ++i) {
    for (std::size_t k = 0; k < x.columns(); ++k) {
      weighted(i, k) *= weight[k];
    }
  }
  math::gemm<double>(Transpose::no, Transpose::yes, alpha, weighted.view(), y.view(), 0.0,
                     out.view());
}

/// The derivative by a side's covariance, of which `ridge_share` is what a column's ridge is of its
/// trace. Where the covariance is shrunk, returns the derivative by the fourth moment of lengths,
/// else 0. The ridge depends on the trace alone, which shrinkage keeps: so its part comes after.
double own_gradient(const Matrix<double>& x, std::span<const double> weight, double ridge_share,
                    const ShrunkCovariance* shrunk, Matrix<double>& out) {
  weighted_product(-0.5, x, weight, x, out);
  double trace = 0.0;
  for (std::size_t j = 0; j < out.rows(); ++j) {
    trace += out(j, j);
  }
  const double by_fourth = shrunk != nullptr ? shrunk->differentiate(out) : 0.0;
  for (std::size_t j = 0; j < out.rows(); ++j) {
    out(j, j) += ridge_share * trace;
  }
  return by_fourth;
}

/// The singular values of a matrix that is symmetric but for rounding: the sizes of its
/// eigenvalues, whose signs go to the right singular vectors.
math::SingularValues symmetric_singular_values(const Matrix<double>& t) {
  const std::size_t n = t.rows();
  Matrix<double> even(n, n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      even(i, j) = 0.5 * (t(i, j) + t(j, i));
    }
  }
  const auto eigen = math::symmetric_eigen(even.view());
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [&](std::size_t k) { return std::abs(eigen.values[k]); });
  math::SingularValues found{Matrix<double>(n, n), std::vector<double>(n), Matrix<double>(n, n)};
  for (std::size_t k = 0; k < n; ++k) {
    const double value = eigen.values[order[k]];
    found.values[k] = std::abs(value);
    for (std::size_t i = 0; i < n; ++i) {
      found.u(i, k) = eigen.vectors(i, order[k]);
      found.vt(k, i) = std::copysign(1.0, value) * found.u(i, k);
    }
  }
  return found;
}

}  // namespace

std::string describe(const Ridge& ridge) {
  return ridge.absolute
             ? fmt::format("`ridge_absolute` (now {})", *ridge.absolute)
             : fmt::format("`ridge` (now {}; {} is the default)", ridge.relative, Ridge{}.relative);
}

Matrix<double> regular_factor(const Matrix<double>& covariance, std::span<const double> variance,
                              std::size_t columns, const Ridge& ridge, const char* side,
                              double shrunk_by) {
  const double mean_variance = sum(variance) / static_cast<double>(columns);
  const double added = ridge.absolute.value_or(ridge.relative * mean_variance);
  Matrix<double> regular = covariance;
  for (std::size_t j = 0; j < variance.size(); ++j) {
    regular(j, j) += added;
    if (regular(j, j) == 0.0) {
      regular(j, j) = 1.0;  // a constant column without ridge: it correlates with nothing
    }
  }
  std::optional<Matrix<double>> l = math::cholesky(regular.view());
  // Columns beyond those of the covariance vary by what is added to all, and by shrinkage.
  const bool has_null_space = columns > variance.size();
  if (!l || is_singular(*l, regular) ||
      (has_null_space && added + shrunk_by <= rounding_of(columns) * (mean_variance + added))) {
    throw NumericError(fmt::format(
        "the covariance of side {} ({} columns) is not positive definite: columns depend on each "
        "other or the rows are too few; train with a larger {}",
        side, columns, describe(ridge)));
  }
  return *std::move(l);
}

CanonicalSpectrum::CanonicalSpectrum(const stats::SecondMoments& moments, const Ridge& ridge,
                                     bool symmetric)
    : ridge_share_a_(ridge.absolute ? 0.0
                                    : ridge.relative / static_cast<double>(moments.columns_a())),
      ridge_share_b_(ridge.absolute ? 0.0
                                    : ridge.relative / static_cast<double>(moments.columns_b())),
      values_(std::min(moments.columns_a(), moments.columns_b()), 0.0),
      moments_(&moments) {
  const double finite = sum(moments.aa.span()) + sum(moments.bb.span()) + sum(moments.ab.span());
  if (!std::isfinite(finite)) {
    state_ = State::not_finite;
    std::ranges::fill(values_, std::numeric_limits<double>::quiet_NaN());
    return;
  }
  if (sum(moments.variance_a) == 0.0 || sum(moments.variance_b) == 0.0) {
    state_ = State::empty;
    return;
  }
  if (ridge.shrinkage == Shrinkage::automatic) {
    if (moments.lengths_a.third.empty() || moments.lengths_b.third.empty()) {
      throw std::logic_error("covariances are to be shrunk without the moments of rows' lengths");
    }
    shrunk_a_ = std::make_unique<ShrunkCovariance>(moments.aa, moments.columns_a(),
                                                   moments.lengths_a.fourth, moments.samples);
    shrunk_b_ = std::make_unique<ShrunkCovariance>(moments.bb, moments.columns_b(),
                                                   moments.lengths_b.fourth, moments.samples);
  }
  // Shrinkage keeps the trace, and with it what a relative ridge adds.
  const auto factor = [&](const Matrix<double>& covariance, std::span<const double> variance,
                          std::size_t columns, const ShrunkCovariance* shrunk, const char* side) {
    return shrunk == nullptr
               ? regular_factor(covariance, variance, columns, ridge, side)
               : regular_factor(shrunk->matrix(), variance, columns, ridge, side, shrunk->added());
  };
  const Matrix<double> l_a =
      factor(moments.aa, moments.variance_a, moments.columns_a(), shrunk_a_.get(), "a");
  const Matrix<double> l_b =
      factor(moments.bb, moments.variance_b, moments.columns_b(), shrunk_b_.get(), "b");
  Matrix<double> t = moments.ab;
  math::solve_lower(Side::left, Transpose::no, l_a.view(), t.view());
  math::solve_lower(Side::right, Transpose::yes, l_b.view(), t.view());
  math::SingularValues decomposed =
      symmetric ? symmetric_singular_values(t) : math::singular_values(t.view());
  std::ranges::copy(decomposed.values, values_.begin());
  a_ = std::move(decomposed.u);
  b_ = transposed(decomposed.vt);
  math::solve_lower(Side::left, Transpose::yes, l_a.view(), a_.view());
  math::solve_lower(Side::left, Transpose::yes, l_b.view(), b_.view());
}

void CanonicalSpectrum::differentiate(std::span<const double> derivative,
                                      stats::MomentGradient& gradient) const {
  if (state_ != State::regular) {
    const double all = state_ == State::empty ? 0.0 : std::numeric_limits<double>::quiet_NaN();
    for (Matrix<double>* matrix : {&gradient.aa, &gradient.ab, &gradient.bb}) {
      std::ranges::fill(matrix->span(), all);
    }
    return;
  }
  std::vector<double> weight(derivative.begin(), derivative.end());
  for (std::size_t i = 0; i < weight.size(); ++i) {
    if (values_[i] <= negligible_correlation) {
      weight[i] = 0.0;
    }
  }
  weighted_product(1.0, a_, weight, b_, gradient.ab);
  for (std::size_t i = 0; i < weight.size(); ++i) {
    weight[i] *= values_[i];
  }
  if (gradient.wanted_a) {
    const double by_fourth = own_gradient(a_, weight, ridge_share_a_, shrunk_a_.get(), gradient.aa);
    if (shrunk_a_) {
      gradient.lengths_a = {by_fourth, moments_->lengths_a.third};
    }
  }
  if (gradient.wanted_b) {
    const double by_fourth = own_gradient(b_, weight, ridge_share_b_, shrunk_b_.get(), gradient.bb);
    if (shrunk_b_) {
      gradient.lengths_b = {by_fourth, moments_->lengths_b.third};
    }
  }
}

CanonicalSpectrum::~CanonicalSpectrum() = default;

double CanonicalSpectrum::intensity_a() const { return shrunk_a_ ? shrunk_a_->intensity() : 0.0; }

double CanonicalSpectrum::intensity_b() const { return shrunk_b_ ? shrunk_b_->intensity() : 0.0; }

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"
#include "objective/leading_columns.hpp"
#include "objective/view_functions.hpp"

namespace infomax::objective {
namespace {

using math::Side;
using math::Transpose;

Matrix<double> copy_of(MatrixView<const double> block) {
  Matrix<double> copy(block.rows(), block.columns());
  for (std::size_t i = 0; i < block.rows(); ++i) {
    std::ranges::copy(block.row(i), copy.view().row(i).begin());
  }
  return copy;
}

}  // namespace

MaxVar::MaxVar(std::vector<std::size_t> widths, const CanonicalOptions& options)
    : widths_(std::move(widths)),
      first_(first_columns(widths_)),
      options_(options),
      components_(options.components == 0 ? std::ranges::max(widths_) : options.components) {
  if (components_ > std::ranges::max(widths_)) {
    throw UsageError(fmt::format(
        "`components` is {}, and no view has more than {} outputs; a component is one that all "
        "views are compared in, so give fewer, or more outputs",
        components_, std::ranges::max(widths_)));
  }
}

double MaxVar::evaluate(const stats::SecondMoments& moments, stats::MomentGradient* gradient) {
  const std::size_t columns = moments.bb.rows();
  const auto views = static_cast<double>(widths_.size());
  const std::size_t widest = std::ranges::max(widths_);
  batch_size_.require_views(moments.samples, widest);
  const bool wanted = gradient != nullptr && gradient->wanted_b;
  const auto entries = moments.bb.span();
  if (!std::isfinite(std::accumulate(entries.begin(), entries.end(), 0.0))) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    eigenvalues_.assign(components_, none);
    if (wanted) {
      std::ranges::fill(gradient->bb.span(), none);
    }
    return none;
  }
  std::vector<Matrix<double>> factors;
  factors.reserve(widths_.size());
  Matrix<double> r = moments.bb;
  for (std::size_t m = 0; m < widths_.size(); ++m) {
    const std::size_t width = widths_[m];
    factors.push_back(
        regular_factor(copy_of(block_of(moments.bb.view(), first_[m], width, first_[m], width)),
                       std::span(moments.variance_b).subspan(first_[m], width), width,
                       options_.ridge, fmt::format("b, view {},", m + 1).c_str()));
    math::solve_lower(Side::left, Transpose::no, factors[m].view(),
                      r.view().row_range(first_[m], width));
    math::solve_lower(Side::right, Transpose::yes, factors[m].view(),
                      block_of(r.view(), 0, columns, first_[m], width));
  }
  const auto eigen = math::symmetric_eigen(r.view());
  eigenvalues_.assign(eigen.values.begin(),
                      eigen.values.begin() + static_cast<std::ptrdiff_t>(components_));
  std::ranges::for_each(eigenvalues_, [&](double& value) { value /= views; });
  const double value = std::accumulate(eigenvalues_.begin(), eigenvalues_.end(), 0.0);
  if (!wanted) {
    return value;
  }

  Matrix<double> v = leading_columns(eigen.vectors, components_);
  for (std::size_t m = 0; m < widths_.size(); ++m) {
    math::solve_lower(Side::left, Transpose::yes, factors[m].view(),
                      v.view().row_range(first_[m], widths_[m]));
  }
  auto out = gradient->bb.view();
  math::gemm<double>(Transpose::no, Transpose::yes, 1.0 / views, v.view(), v.view(), 0.0, out);
  Matrix<double> weighted = v;
  for (std::size_t i = 0; i < columns; ++i) {
    for (std::size_t j = 0; j < components_; ++j) {
      weighted(i, j) *= eigenvalues_[j];
    }
  }
  const auto all_v = std::as_const(v).view();
  const auto all_weighted = std::as_const(weighted).view();
  for (std::size_t m = 0; m < widths_.size(); ++m) {
    const auto own = all_v.row_range(first_[m], widths_[m]);
    const auto own_weighted = all_weighted.row_range(first_[m], widths_[m]);
    math::gemm<double>(Transpose::no, Transpose::yes, -1.0, own_weighted, own, 1.0,
                       block_of(out, first_[m], widths_[m], first_[m], widths_[m]));
    // The ridge follows the mean variance.
    double trace = 0.0;
    for (std::size_t i = 0; i < widths_[m]; ++i) {
      trace += std::inner_product(own.row(i).begin(), own.row(i).end(), own_weighted.row(i).begin(),
                                  0.0);
    }
    const double share =
        options_.ridge.absolute ? 0.0 : options_.ridge.relative / static_cast<double>(widths_[m]);
    for (std::size_t i = first_[m]; i < first_[m + 1]; ++i) {
      out(i, i) -= share * trace;
    }
  }
  return value;
}

void MaxVar::append_figures(Figures& figures) const {
  figures.emplace_back("eigenvalue_max", eigenvalues_.front());
  figures.emplace_back("eigenvalue_min", eigenvalues_.back());
}

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "objective/view_functions.hpp"

namespace infomax::objective {
namespace {

void copy_block(MatrixView<const double> from, Matrix<double>& to) {
  to.resize(from.rows(), from.columns());
  for (std::size_t i = 0; i < from.rows(); ++i) {
    std::ranges::copy(from.row(i), to.view().row(i).begin());
  }
}

void add_block(const Matrix<double>& from, MatrixView<double> to) {
  for (std::size_t i = 0; i < from.rows(); ++i) {
    std::ranges::transform(from.view().row(i), to.row(i), to.row(i).begin(), std::plus<>());
  }
}

}  // namespace

SumCor::SumCor(std::vector<std::size_t> widths, const CanonicalOptions& options)
    : widths_(std::move(widths)), first_(first_columns(widths_)), options_(options) {
  if (options.components > std::ranges::min(widths_)) {
    throw UsageError(fmt::format(
        "`components` is {}, and a view has only {} outputs: its canonical correlations with "
        "another one are no more; give fewer, or more outputs",
        options.components, std::ranges::min(widths_)));
  }
}

double SumCor::evaluate(const stats::SecondMoments& moments, stats::MomentGradient* gradient) {
  const bool wanted = gradient != nullptr && gradient->wanted_b;
  const auto c = moments.bb.view();
  correlations_.clear();
  double value = 0.0;
  stats::SecondMoments two;
  two.samples = moments.samples;
  stats::MomentGradient of_two;
  of_two.wanted_a = of_two.wanted_b = true;
  for (std::size_t m = 0; m < widths_.size(); ++m) {
    const std::size_t p = widths_[m];
    const auto variance = std::span(moments.variance_b);
    const auto own = variance.subspan(first_[m], p);
    two.variance_a.assign(own.begin(), own.end());
    copy_block(block_of(c, first_[m], p, first_[m], p), two.aa);
    for (std::size_t n = m + 1; n < widths_.size(); ++n) {
      const std::size_t q = widths_[n];
      batch_size_.require_views(moments.samples, std::max(p, q));
      const auto other = variance.subspan(first_[n], q);
      two.variance_b.assign(other.begin(), other.end());
      copy_block(block_of(c, first_[n], q, first_[n], q), two.bb);
      copy_block(block_of(c, first_[m], p, first_[n], q), two.ab);
      const CanonicalSpectrum spectrum(two, options_.ridge);
      const auto all = spectrum.values();
      const std::size_t k = options_.components == 0 ? all.size() : options_.components;
      const auto counted = all.first(k);
      value += std::accumulate(counted.begin(), counted.end(), 0.0);
      correlations_.emplace_back(counted.begin(), counted.end());
      if (wanted) {
        std::vector<double> derivative(all.size(), 0.0);
        std::fill_n(derivative.begin(), k, 1.0);
        of_two.reset(canonical_needs(options_.ridge), p, q);
        spectrum.differentiate(derivative, of_two);
        const auto out = gradient->bb.view();
        add_block(of_two.aa, block_of(out, first_[m], p, first_[m], p));
        add_block(of_two.bb, block_of(out, first_[n], q, first_[n], q));
        add_block(of_two.ab, block_of(out, first_[m], p, first_[n], q));
      }
    }
  }
  return value;
}

void SumCor::append_figures(Figures& figures) const {
  const auto sum = [](const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
  };
  const auto by_sum = std::ranges::minmax(correlations_, {}, sum);
  figures.emplace_back("pair_correlation_sum_max", sum(by_sum.max));
  figures.emplace_back("pair_correlation_sum_min", sum(by_sum.min));
}

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/histogram_information.hpp"

#include <algorithm>
#include <numeric>

#include "infomax/math/elementwise.hpp"

namespace infomax::objective {
namespace {

/// ln p, and 0 where p is 0: written so that NaN stays NaN.
void logarithms(std::span<const double> p, std::span<double> out) {
  std::ranges::transform(p, out.begin(), [](double x) { return x <= 0.0 ? 1.0 : x; });
  math::log(out, out);
}

double entropy(std::span<const double> p, std::span<const double> logarithm) {
  return -std::inner_product(p.begin(), p.end(), logarithm.begin(), 0.0);
}

}  // namespace

template <math::Real T>
HistogramInformation<T>::HistogramInformation(const ObjectiveOptions& options)
    : options_(options),
      moment_pass_(stats::MomentNeeds{}),
      histogram_(options.bins, options.histogram_range),
      margin_a_(options.bins),
      margin_b_(options.bins),
      logarithm_a_(options.bins),
      logarithm_b_(options.bins) {}

template <math::Real T>
void HistogramInformation<T>::add_column(std::size_t j, Value& value) {
  const std::size_t bins = options_.bins;
  const double weight = 1.0 / static_cast<double>(derivative_.rows());
  const MatrixView<const double> p = histogram_.probabilities(j);
  std::ranges::fill(margin_b_, 0.0);
  for (std::size_t k = 0; k < bins; ++k) {
    const auto row = p.row(k);
    margin_a_[k] = std::accumulate(row.begin(), row.end(), 0.0);
    math::accumulate<double>(row, margin_b_);
  }
  logarithms(margin_a_, logarithm_a_);
  logarithms(margin_b_, logarithm_b_);
  const bool constant_a = histogram_.constant_a(j);
  const bool constant_b = histogram_.constant_b(j);
  value.entropy_a += constant_a ? 0.0 : weight * entropy(margin_a_, logarithm_a_);
  value.entropy_b += constant_b ? 0.0 : weight * entropy(margin_b_, logarithm_b_);
  if (constant_a || constant_b) {
    return;
  }
  // dJ/dp_kl is ln(p_kl / (p_k p_l)) - 1, and the splines' partition of unity cancels the constant.
  const auto all = derivative_.view().row(j);
  logarithms({p.data(), bins * bins}, all);
  for (std::size_t k = 0; k < bins; ++k) {
    for (std::size_t l = 0; l < bins; ++l) {
      double& d = all[k * bins + l];
      d -= logarithm_a_[k] + logarithm_b_[l];
      value.objective += weight * p(k, l) * d;
      d *= weight;
    }
  }
}

template <math::Real T>
Value HistogramInformation<T>::evaluate(const mpi::Communicator& communicator,
                                        const stats::RowSource<T>& a, const stats::RowSource<T>& b,
                                        MatrixView<T> da, MatrixView<T> db) {
  check_shapes(options_, a.columns(), b.columns());
  const stats::Means& means = mean_pass_.measure(communicator, a, b);
  const stats::SecondMoments& moments = moment_pass_.measure(communicator, a, b, means);
  histogram_.begin(means, moments);
  histogram_.count(communicator, a, b);

  if (derivative_.rows() != a.columns()) {
    derivative_ = Matrix<double>(a.columns(), options_.bins * options_.bins);
  }
  Value value;
  value.samples = static_cast<std::uint64_t>(means.samples);
  for (std::size_t j = 0; j < a.columns(); ++j) {
    add_column(j, value);
  }
  value.dependence = value.objective;

  if (da.columns() != 0 || db.columns() != 0) {
    histogram_.differentiate(communicator, derivative_.view(), a, b, da, db);
  }
  return value;
}

template class HistogramInformation<float>;
template class HistogramInformation<double>;

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/math/elementwise.hpp"
#include "infomax/objective/histogram_options.hpp"
#include "infomax/stats/joint_histogram.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"
#include "objective/description.hpp"
#include "objective/list.hpp"

// p: columns of a and of b. M: bins.

namespace infomax::objective {
namespace {

constexpr const char* histogram_mi_name = "histogram-mi";
constexpr std::size_t most_bins = 1024;

/// ln p, and 0 where p is 0: written so that NaN stays NaN.
void logarithms(std::span<const double> p, std::span<double> out) {
  std::ranges::transform(p, out.begin(), [](double x) { return x <= 0.0 ? 1.0 : x; });
  math::log(out, out);
}

double entropy(std::span<const double> p, std::span<const double> logarithm) {
  return -std::inner_product(p.begin(), p.end(), logarithm.begin(), 0.0);
}

/// J = (1/p) sum_j sum_kl p_kl ln(p_kl / (p_k p_l)), the mean mutual information of the pairs of
/// columns (a_j, b_j) from their joint soft histograms, nats (Mattes et al. 2003). The entropies
/// are those of its margins, which are the columns' own soft histograms. Pairs with a constant
/// column contribute 0. With few rows per bin it is biased
/// upwards.
template <math::Real T>
class HistogramInformation final : public Objective<T> {
 public:
  explicit HistogramInformation(const ObjectiveOptions& options);

  /// Collective: sums over ranks of means, variances and p M^2 counts, and where a gradient is
  /// wanted of 4 p numbers more.
  [[nodiscard]] Value evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                               const Gradients<T>& gradients) override;

 private:
  /// Adds column j's part to the value; row j of derivative_ gets dJ/dp_kl.
  void add_column(std::size_t j, Value& value);

  Needs needs_;
  std::size_t bins_;
  stats::MeanPass<T> mean_pass_;
  stats::MomentPass<T> moment_pass_;
  stats::JointHistogram<T> histogram_;
  Matrix<double> derivative_;  // [p, M M]
  Buffer<double> margin_a_;    // [M]
  Buffer<double> margin_b_;
  Buffer<double> logarithm_a_;
  Buffer<double> logarithm_b_;
};

template <math::Real T>
HistogramInformation<T>::HistogramInformation(const ObjectiveOptions& options)
    : needs_(needs_of(options)),
      bins_(options.of<HistogramOptions>().bins),
      moment_pass_(stats::MomentNeeds{}),
      histogram_(bins_, options.of<HistogramOptions>().range),
      margin_a_(bins_),
      margin_b_(bins_),
      logarithm_a_(bins_),
      logarithm_b_(bins_) {}

template <math::Real T>
void HistogramInformation<T>::add_column(std::size_t j, Value& value) {
  const double weight = 1.0 / static_cast<double>(derivative_.rows());
  const MatrixView<const double> p = histogram_.probabilities(j);
  std::ranges::fill(margin_b_, 0.0);
  for (std::size_t k = 0; k < bins_; ++k) {
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
  logarithms({p.data(), bins_ * bins_}, all);
  for (std::size_t k = 0; k < bins_; ++k) {
    for (std::size_t l = 0; l < bins_; ++l) {
      double& d = all[k * bins_ + l];
      d -= logarithm_a_[k] + logarithm_b_[l];
      value.objective += weight * p(k, l) * d;
      d *= weight;
    }
  }
}

template <math::Real T>
Value HistogramInformation<T>::evaluate(const mpi::Communicator& communicator,
                                        const Batch<T>& batch, const Gradients<T>& gradients) {
  const stats::RowPairs<T>& rows = batch.rows;
  require(needs_, histogram_mi_name, {.p = rows.a.columns(), .q = rows.b.columns()});
  const stats::Means& means = mean_pass_.measure(communicator, rows);
  const stats::SecondMoments& moments = moment_pass_.measure(communicator, rows, means);
  histogram_.begin(means, moments);
  histogram_.count(communicator, rows);

  derivative_.resize(rows.a.columns(), bins_ * bins_);
  Value value;
  value.samples = static_cast<std::uint64_t>(means.samples);
  for (std::size_t j = 0; j < rows.a.columns(); ++j) {
    add_column(j, value);
  }
  value.dependence = value.objective;

  if (gradients.a.columns() != 0 || gradients.b.columns() != 0) {
    histogram_.differentiate(communicator, derivative_.view(), rows, gradients.a, gradients.b);
  }
  return value;
}

void check_bins(const ObjectiveOptions& options) {
  const std::size_t bins = options.of<HistogramOptions>().bins;
  if (bins > most_bins) {
    throw UsageError(
        fmt::format("`bins` is {}; it must be a whole number from 4 to {} for histogram-mi, "
                    "which counts bins times bins for every column",
                    bins, most_bins));
  }
}

}  // namespace

Description describe_histogram_mi() {
  Description information{
      .name = histogram_mi_name,
      .help = "mean over j of the mutual information of columns a_j and b_j, nats"};
  information.options = {histogram_options()};
  information.needs = [](const ObjectiveOptions&) { return Needs{.equal_columns = true}; };
  information.check = check_bins;
  information.factory = factory_of<HistogramInformation<float>, HistogramInformation<double>>();
  return information;
}

}  // namespace infomax::objective

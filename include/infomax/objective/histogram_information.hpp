// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/core/matrix.hpp"
#include "infomax/objective/objective.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/stats/joint_histogram.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"

// p: columns of a and of b. M: bins.

namespace infomax::objective {

/// J = (1/p) sum_j sum_kl p_kl ln(p_kl / (p_k p_l)), the mean mutual information of the pairs of
/// columns (a_j, b_j) from their joint soft histograms, nats (Mattes et al. 2003). The entropies
/// are those of its margins, which are the columns' own soft histograms. Pairs with a constant
/// column contribute 0. Of few rows per bin it is biased upwards.
template <math::Real T>
class HistogramInformation final : public Objective<T> {
 public:
  explicit HistogramInformation(const ObjectiveOptions& options);

  /// Collective: sums over ranks of means, variances and p M^2 counts, and where a gradient is
  /// wanted of 4 p numbers more.
  [[nodiscard]] Value evaluate(const mpi::Communicator& communicator, const stats::RowSource<T>& a,
                               const stats::RowSource<T>& b, MatrixView<T> da,
                               MatrixView<T> db) override;

 private:
  /// Adds column j's part to the value; row j of derivative_ gets dJ/dp_kl.
  void add_column(std::size_t j, Value& value);

  ObjectiveOptions options_;
  stats::MeanPass<T> mean_pass_;
  stats::MomentPass<T> moment_pass_;
  stats::JointHistogram<T> histogram_;
  Matrix<double> derivative_;  // [p, M M]
  Buffer<double> margin_a_;    // [M]
  Buffer<double> margin_b_;
  Buffer<double> logarithm_a_;
  Buffer<double> logarithm_b_;
};

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/objective/batch_size.hpp"
#include "infomax/objective/canonical.hpp"
#include "infomax/objective/moment_function.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/stats/row_source.hpp"
#include "objective/description.hpp"

// M views, of which view m is q_m of the Q columns of side b, and Z_m their centred rows.
// C_mn: blocks of the covariance of side b. k: components.

namespace infomax::objective {

/// How the columns of side b belong to views.
struct ViewOptions {
  std::optional<std::string> view_outputs;  ///< "5,5,3": q_m of each view, in the order of columns
};

[[nodiscard]] OptionGroup view_options();

/// q_m of each view. Throws UsageError where they are not known or invalid.
[[nodiscard]] std::vector<std::size_t> view_outputs(const ObjectiveOptions& options);

/// First columns of the views, and Q.
[[nodiscard]] std::vector<std::size_t> first_columns(std::span<const std::size_t> widths);

/// The block of rows [first, first + rows) and of so many columns from `column` on.
template <class T>
[[nodiscard]] MatrixView<T> block_of(MatrixView<T> matrix, std::size_t first, std::size_t rows,
                                     std::size_t column, std::size_t columns) {
  return {matrix.data() + first * matrix.stride() + column, rows, columns, matrix.stride()};
}

/// What stands for side a where side b alone counts: a column of zeros.
template <math::Real T>
class NothingBeside final : public stats::RowSource<T> {
 public:
  explicit NothingBeside(std::size_t rows) : rows_(rows) {}

  [[nodiscard]] std::size_t rows() const override { return rows_; }
  [[nodiscard]] std::size_t columns() const override { return 1; }
  [[nodiscard]] MatrixView<const T> tile(std::size_t /*first*/, std::size_t count,
                                         Buffer<T>& scratch) const override {
    scratch.assign(std::max(scratch.size(), count), T{0});
    return {scratch.data(), count, 1};
  }

 private:
  std::size_t rows_;
};

/// The moments of side b in full, in double as covariances are inverted.
[[nodiscard]] stats::MomentNeeds view_needs();

/// MAX-VAR (Kettenring 1971; Rastogi et al. 2015): the sum of the k largest eigenvalues of (1/M)
/// sum_m P_m, where P_m = (1/N) Z_m (C_mm + r_m I)^-1 Z_m^T projects on the column space of view m
/// but for the ridge. With C_mm + r_m I = L_m L_m^T and L = diag(L_m), these are the eigenvalues of
/// R / M, R = L^-1 C L^-T, or l in C v = l B v with B = L L^T; and with v^T B v = 1
///
///     dl = v^T (dC - l dB) v.
///
/// Ridges as of canonical correlations. Where components are 0, k is the largest q_m.
class MaxVar final : public MomentFunction {
 public:
  MaxVar(std::vector<std::size_t> widths, const CanonicalOptions& options);

  [[nodiscard]] stats::MomentNeeds needs() const override { return view_needs(); }
  /// Throws NumericError where a view's covariance plus its ridge is not positive definite.
  double evaluate(const stats::SecondMoments& moments, stats::MomentGradient* gradient) override;
  void append_figures(Figures& figures) const override;

  /// Of the last evaluation: the k eigenvalues, descending, each in [0, 1].
  [[nodiscard]] const std::vector<double>& eigenvalues() const { return eigenvalues_; }

 private:
  std::vector<std::size_t> widths_;
  std::vector<std::size_t> first_;
  CanonicalOptions options_;
  std::size_t components_;
  BatchSizeWarning batch_size_;
  std::vector<double> eigenvalues_;
};

/// SUMCOR (Horst 1961; Kettenring 1971, for several components as dcca has them): the sum over all
/// pairs of views of the k largest canonical correlations of the two.
class SumCor final : public MomentFunction {
 public:
  SumCor(std::vector<std::size_t> widths, const CanonicalOptions& options);

  [[nodiscard]] stats::MomentNeeds needs() const override { return view_needs(); }
  /// Throws NumericError as MaxVar does.
  double evaluate(const stats::SecondMoments& moments, stats::MomentGradient* gradient) override;
  void append_figures(Figures& figures) const override;

  /// Of the last evaluation: the k correlations of each pair of views, (0, 1), (0, 2), ..., (1, 2).
  [[nodiscard]] const std::vector<std::vector<double>>& correlations() const {
    return correlations_;
  }

 private:
  std::vector<std::size_t> widths_;
  std::vector<std::size_t> first_;
  CanonicalOptions options_;
  BatchSizeWarning batch_size_;
  std::vector<std::vector<double>> correlations_;
};

/// The function of an objective of several views; null of others. Throws UsageError where options
/// do not fit the views.
[[nodiscard]] std::unique_ptr<MomentFunction> make_view_function(const ObjectiveOptions& options);

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/canonical.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// N global rows, n local ones, p columns of a side, D of its inputs, k components.

namespace infomax::analysis {

/// The linear map of a side's rows to its canonical variates, u = (row - mean) directions.
struct VariateMap {
  Buffer<double> mean;        ///< [p]
  Matrix<double> directions;  ///< [p, k]

  /// Writes the variates `out` [n, k] of `rows` [n, p], computed in double.
  template <math::Real T>
  void apply(MatrixView<const T> rows, MatrixView<T> out) const;
};

/// The canonical variates of two sides, as a fit to N rows has them: of mean 0 and variance 1 on
/// these rows, and with signs that do not depend on how a network arranges its outputs. Of a lag,
/// they are the singular functions of the Koopman operator but for the constant one: of side a the
/// left, of side b the right ones (Wu and Noe 2020).
struct CanonicalVariates {
  VariateMap a;                      ///< of side a
  VariateMap b;                      ///< of side b
  std::vector<double> correlations;  ///< [k], descending, as objective::CanonicalFit has them
};

/// Collective. Fits the variates of the `components` largest correlations, without those that are 0
/// within rounding, whose variates would be arbitrary: of one-hot rows there is always one. The
/// sign of a pair of variates is such that the column of `inputs` [n, D] that correlates most with
/// that of side a does so positively; `inputs` are columns of the same samples that mean something
/// to users. Throws as objective::fit_canonical(), and NumericError where none is left.
template <math::Real T>
[[nodiscard]] CanonicalVariates fit_variates(const mpi::Communicator& communicator,
                                             const stats::RowPairs<T>& sides,
                                             const stats::RowSource<T>& inputs,
                                             const objective::CanonicalOptions& options);

/// How the columns of a side's inputs go with its variates.
struct Loadings {
  Matrix<double> correlations;  ///< [D, k], Pearson's; 0 where a column is constant
  Buffer<double> input_mean;    ///< [D]
};

/// Collective. Two passes over the rows, which are the same samples in both arguments.
template <math::Real T>
[[nodiscard]] Loadings measure_loadings(const mpi::Communicator& communicator,
                                        const stats::RowSource<T>& inputs,
                                        const stats::RowSource<T>& variates);

/// The variates of a side, made whenever they are read. Source and map must outlive this.
template <math::Real T>
class VariateRows final : public stats::RowSource<T> {
 public:
  /// `side` [n, p]
  VariateRows(const stats::RowSource<T>& side, const VariateMap& map) : side_(&side), map_(&map) {}

  [[nodiscard]] std::size_t rows() const override { return side_->rows(); }
  [[nodiscard]] std::size_t columns() const override { return map_->directions.columns(); }
  [[nodiscard]] MatrixView<const T> tile(std::size_t first, std::size_t count,
                                         Buffer<T>& scratch) const override;

 private:
  const stats::RowSource<T>* side_;
  const VariateMap* map_;
  mutable Buffer<T> side_scratch_;  // of the tile that is being read
};

}  // namespace infomax::analysis

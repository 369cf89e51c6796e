// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// n local rows, p columns of a side, k variates.

namespace infomax::analysis {

/// Writes (rows - mean) directions, computed in double, to `out` [n, k]; rows [n, p], mean [p],
/// directions [p, k].
template <math::Real T, math::Real Out>
void map_rows(const Buffer<double>& mean, const Matrix<double>& directions,
              MatrixView<const T> rows, MatrixView<Out> out);

/// The linear map of a side's rows to its canonical variates, u = (row - mean) directions.
struct VariateMap {
  Buffer<double> mean;        ///< [p]
  Matrix<double> directions;  ///< [p, k]

  /// Writes the variates `out` [n, k] of `rows` [n, p], computed in double.
  template <math::Real T>
  void apply(MatrixView<const T> rows, MatrixView<T> out) const {
    map_rows<T, T>(mean, directions, rows, out);
  }
};

/// The variates of a side, made whenever they are read, in the precision Out. However wide the side
/// is, few of its rows are read at a time. Source and map must outlive this.
template <math::Real T, math::Real Out = T>
class VariateRows final : public stats::RowSource<Out> {
 public:
  /// `side` [n, p]
  VariateRows(const stats::RowSource<T>& side, const VariateMap& map)
      : VariateRows(side, map.mean, map.directions) {}

  /// The map as its two parts.
  VariateRows(const stats::RowSource<T>& side, const Buffer<double>& mean,
              const Matrix<double>& directions)
      : side_(&side), mean_(&mean), directions_(&directions) {}

  [[nodiscard]] std::size_t rows() const override { return side_->rows(); }
  [[nodiscard]] std::size_t columns() const override { return directions_->columns(); }
  /// As stats::RowSource has it.
  [[nodiscard]] MatrixView<const Out> tile(std::size_t first, std::size_t count,
                                           Buffer<Out>& scratch) const override;

 private:
  const stats::RowSource<T>* side_;
  const Buffer<double>* mean_;
  const Matrix<double>* directions_;
  mutable Buffer<T> side_scratch_;  // of the tile that is being read
};

}  // namespace infomax::analysis

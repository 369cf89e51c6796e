// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include "infomax/core/matrix.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/row_source.hpp"

namespace infomax::analysis {

/// Rows whose columns are moved and scaled to one size, z = (x - shift) * scale in [-1, 1]: exact
/// sums round to a share of the largest of neighbouring columns, and so would lose those of a
/// smaller size. Scales are powers of two, so that scaling rounds nothing.
class EvenRows final : public stats::RowSource<double> {
 public:
  /// Collective: finds the range of every column over the rows of all ranks. `source` must outlive
  /// this.
  EvenRows(const mpi::Communicator& communicator, const stats::RowSource<double>& source);

  [[nodiscard]] std::size_t rows() const override { return source_->rows(); }
  [[nodiscard]] std::size_t columns() const override { return source_->columns(); }
  [[nodiscard]] MatrixView<const double> tile(std::size_t first, std::size_t count,
                                              Buffer<double>& scratch) const override;

  [[nodiscard]] const Buffer<double>& shift() const { return shift_; }  ///< [columns]
  [[nodiscard]] const Buffer<double>& scale() const { return scale_; }  ///< [columns], above 0
  [[nodiscard]] double least() const { return least_; }                 ///< element of all columns
  [[nodiscard]] double most() const { return most_; }                   ///< element of all columns

 private:
  const stats::RowSource<double>* source_;
  Buffer<double> shift_;
  Buffer<double> scale_;
  double least_ = 0.0;
  double most_ = 0.0;
  mutable Buffer<double> raw_;  // of the source
};

}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/stats/row_source.hpp"

// Rows of several views as columns of one source, and the way back.

namespace infomax::objective {

/// Columns [first, first + count) of rows that outlive this.
template <math::Real T>
class ColumnsOf final : public stats::RowSource<T> {
 public:
  ColumnsOf(const stats::RowSource<T>& rows, std::size_t first, std::size_t count)
      : rows_(&rows), first_(first), count_(count) {}

  [[nodiscard]] std::size_t rows() const override { return rows_->rows(); }
  [[nodiscard]] std::size_t columns() const override { return count_; }
  [[nodiscard]] MatrixView<const T> tile(std::size_t first, std::size_t count,
                                         Buffer<T>& scratch) const override {
    const MatrixView<const T> all = rows_->tile(first, count, all_);
    scratch.resize(std::max(scratch.size(), count * count_));
    const MatrixView<T> own(scratch.data(), count, count_);
    for (std::size_t i = 0; i < count; ++i) {
      std::ranges::copy(all.row(i).subspan(first_, count_), own.row(i).begin());
    }
    return own;
  }

 private:
  const stats::RowSource<T>* rows_;
  std::size_t first_;
  std::size_t count_;
  mutable Buffer<T> all_;  // of the tile that is read; not part of the value of this
};

/// The columns of several sources of as many rows, which outlive this.
class SideBySide final : public stats::RowSource<double> {
 public:
  explicit SideBySide(std::vector<const stats::RowSource<double>*> sources)
      : sources_(std::move(sources)) {
    for (const auto* source : sources_) {
      columns_ += source->columns();
    }
  }

  [[nodiscard]] std::size_t rows() const override { return sources_.front()->rows(); }
  [[nodiscard]] std::size_t columns() const override { return columns_; }
  [[nodiscard]] MatrixView<const double> tile(std::size_t first, std::size_t count,
                                              Buffer<double>& scratch) const override {
    scratch.resize(std::max(scratch.size(), count * columns_));
    const MatrixView<double> all(scratch.data(), count, columns_);
    std::size_t column = 0;
    for (const auto* source : sources_) {
      const MatrixView<const double> part = source->tile(first, count, part_);
      for (std::size_t i = 0; i < count; ++i) {
        std::ranges::copy(part.row(i), all.row(i).subspan(column).begin());
      }
      column += source->columns();
    }
    return all;
  }

 private:
  std::vector<const stats::RowSource<double>*> sources_;
  std::size_t columns_ = 0;
  mutable Buffer<double> part_;  // of the tile that is read; not part of the value of this
};

}  // namespace infomax::objective

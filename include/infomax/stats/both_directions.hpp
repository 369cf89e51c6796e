// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// B local rows; p columns of either side.

namespace infomax::stats {

/// The rows of one source, and then those of another of the same columns.
template <math::Real T>
class StackedRows final : public RowSource<T> {
 public:
  /// Both outlive this.
  StackedRows(const RowSource<T>& first, const RowSource<T>& second)
      : first_(&first), second_(&second) {
    assert(first.columns() == second.columns());
  }

  [[nodiscard]] std::size_t rows() const override { return first_->rows() + second_->rows(); }
  [[nodiscard]] std::size_t columns() const override { return first_->columns(); }
  [[nodiscard]] std::size_t original_columns() const override { return first_->original_columns(); }
  /// As RowSource describes it. A tile of rows of both is put together in `scratch`.
  [[nodiscard]] MatrixView<const T> tile(std::size_t first, std::size_t count,
                                         Buffer<T>& scratch) const override {
    const std::size_t border = first_->rows();
    if (first >= border) {
      return second_->tile(first - border, count, scratch);
    }
    if (first + count <= border) {
      return first_->tile(first, count, scratch);
    }
    scratch.resize(std::max(scratch.size(), count * columns()));
    const MatrixView<T> both(scratch.data(), count, columns());
    const std::size_t above = border - first;
    copy(first_->tile(first, above, part_), both.row_range(0, above));
    copy(second_->tile(0, count - above, part_), both.row_range(above, count - above));
    return both;
  }

 private:
  static void copy(MatrixView<const T> from, MatrixView<T> to) {
    for (std::size_t i = 0; i < to.rows(); ++i) {
      std::ranges::copy(from.row(i), to.row(i).begin());
    }
  }

  const RowSource<T>* first_;
  const RowSource<T>* second_;
  mutable Buffer<T> part_;  // of the tile that is read; not part of the value of this
};

/// Each pair (a_i, b_i) and each pair (b_i, a_i), 2 B local pairs: what a process that looks the
/// same backwards in time would as soon have shown. The moments of these rows are the reversible
/// estimates (C_aa + C_bb) / 2 and (C_ab + C_ba) / 2 about the mean of both sides.
template <math::Real T>
class BothDirections {
 public:
  /// Of sides of equal columns, which outlive this.
  explicit BothDirections(const RowPairs<T>& rows)
      : a_(rows.a, rows.b), b_(rows.b, rows.a), has_parts_(rows.parts != nullptr) {
    if (has_parts_) {
      const auto& ends = rows.parts->ends;
      parts_.ends.reserve(2 * ends.size());
      parts_.ends = ends;
      for (const std::size_t end : ends) {
        parts_.ends.push_back(rows.count() + end);
      }
    }
  }

  /// A view, which this outlives.
  [[nodiscard]] RowPairs<T> rows() const { return {a_, b_, has_parts_ ? &parts_ : nullptr}; }

 private:
  StackedRows<T> a_;
  StackedRows<T> b_;
  RowParts parts_;
  bool has_parts_;
};

}  // namespace infomax::stats

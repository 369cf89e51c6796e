// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"

namespace infomax::stats {

/// Local rows cut into consecutive parts that are the same rows at any number of ranks, for sums
/// that must not depend on it.
struct RowParts {
  std::vector<std::size_t> ends;  ///< part k is [ends[k - 1], ends[k]), from 0 to B; may be empty
};

/// Calls each(first, count) for every part that has rows; without parts, once for all rows.
template <class Each>
void for_each_part(const RowParts* parts, std::size_t rows, Each each) {
  if (parts == nullptr) {
    each(std::size_t{0}, rows);
    return;
  }
  std::size_t first = 0;
  for (const std::size_t end : parts->ends) {
    if (end > first) {
      each(first, end - first);
    }
    first = end;
  }
}

/// The local rows of one side of the objective, read tile by tile, as often as needed. They are
/// network outputs in memory, or rows of a data set that are converted when they are read, so that
/// a side as wide as the input never exists as a whole.
template <math::Real T>
class RowSource {
 public:
  RowSource() = default;
  virtual ~RowSource() = default;
  RowSource(const RowSource&) = delete;
  RowSource& operator=(const RowSource&) = delete;

  [[nodiscard]] virtual std::size_t rows() const = 0;     ///< B, local rows; may be 0
  [[nodiscard]] virtual std::size_t columns() const = 0;  ///< p or q, the same on every rank

  /// The columns of the rows that these stand for: more than columns() where they are coordinates
  /// in the space that wide rows span (see GramCoordinates). What is relative to the number of
  /// columns, such as a mean variance, divides by this one.
  [[nodiscard]] virtual std::size_t original_columns() const { return columns(); }

  /// Rows [first, first + count), [count, columns()]: a view of memory that lasts as long as the
  /// source, or of `scratch`, which is resized as needed and reused from call to call.
  [[nodiscard]] virtual MatrixView<const T> tile(std::size_t first, std::size_t count,
                                                 Buffer<T>& scratch) const = 0;
};

/// The local rows of both sides of a batch, where a_i belongs to b_i. A view: sources and parts
/// outlive it.
template <math::Real T>
struct RowPairs {
  const RowSource<T>& a;  ///< [B, p]
  const RowSource<T>& b;  ///< [B, q]

  /// If set, all sums over the rows are computed part by part, so that they have the same bits at
  /// any number of ranks.
  const RowParts* parts = nullptr;

  /// 0, or a number that identifies the rows of side a on all ranks. If two batches have the same
  /// number, the rows and their order are the same, and results for side a can be reused. It is the
  /// same on every rank.
  std::uint64_t content_of_a = 0;

  [[nodiscard]] std::size_t count() const { return b.rows(); }  ///< B
};

/// Remembers for which content of side a a result was computed last, so that it is not computed
/// again. It remembers nothing if rows have parts, whose results must not depend on earlier
/// batches.
class LastContent {
 public:
  /// Whether results for side a may be reused for a later batch.
  template <math::Real T>
  [[nodiscard]] static bool may_return(const RowPairs<T>& rows) {
    return rows.content_of_a != 0 && rows.parts == nullptr;
  }

  /// Whether the last content was that of these rows. If not, the caller must compute its results
  /// for them now.
  template <math::Real T>
  [[nodiscard]] bool is_of(const RowPairs<T>& rows) {
    const bool same = content_ == rows.content_of_a;
    content_ = rows.content_of_a;
    return same;
  }

 private:
  std::uint64_t content_ = 0;
};

/// The rows of a matrix in memory that outlives this object.
template <math::Real T>
class MatrixRows final : public RowSource<T> {
 public:
  /// `matrix` [B, columns].
  explicit MatrixRows(MatrixView<const T> matrix) : matrix_(matrix) {}

  [[nodiscard]] std::size_t rows() const override { return matrix_.rows(); }
  [[nodiscard]] std::size_t columns() const override { return matrix_.columns(); }
  [[nodiscard]] MatrixView<const T> tile(std::size_t first, std::size_t count,
                                         Buffer<T>& /*scratch*/) const override {
    return matrix_.row_range(first, count);
  }

 private:
  MatrixView<const T> matrix_;
};

}  // namespace infomax::stats

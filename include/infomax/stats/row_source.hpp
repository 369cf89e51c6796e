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

/// The local rows of one side of the objective, read tile by tile, as often as needed: network
/// outputs that lie in memory, or rows of a data set that are converted only when asked for, so
/// that a side as wide as the input never exists as a whole.
template <math::Real T>
class RowSource {
 public:
  RowSource() = default;
  virtual ~RowSource() = default;
  RowSource(const RowSource&) = delete;
  RowSource& operator=(const RowSource&) = delete;

  [[nodiscard]] virtual std::size_t rows() const = 0;     ///< B, local rows; may be 0
  [[nodiscard]] virtual std::size_t columns() const = 0;  ///< p or q, the same on every rank

  /// Rows [first, first + count), [count, columns()]: a view of memory that lasts as long as the
  /// source, or of `scratch`, which is resized as needed and reused from call to call.
  [[nodiscard]] virtual MatrixView<const T> tile(std::size_t first, std::size_t count,
                                                 Buffer<T>& scratch) const = 0;

  /// Null, or the parts to which everything computed of these rows is to keep; they outlive this.
  [[nodiscard]] const RowParts* parts() const { return parts_; }
  void set_parts(const RowParts* parts) { parts_ = parts; }

  /// Not 0 where the rows of all ranks are known: those of every source of the same content, in the
  /// same order, so that what was computed of one holds for all. The same on every rank.
  [[nodiscard]] std::uint64_t content() const { return content_; }
  void set_content(std::uint64_t content) { content_ = content; }

 private:
  const RowParts* parts_ = nullptr;
  std::uint64_t content_ = 0;
};

/// Rows of a matrix that lies in memory and outlives this.
template <math::Real T>
class MatrixRows final : public RowSource<T> {
 public:
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

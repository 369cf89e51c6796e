// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>

#include "infomax/data/normalization.hpp"
#include "infomax/data/row_store.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// Sides of an objective that are data, converted tile by tile. Their rows, indices and
/// normalisation must outlive them.

namespace infomax::data {

/// Normalised rows of a data set, [local_rows.size(), features].
template <math::Real T>
class DatasetRows final : public stats::RowSource<T> {
 public:
  /// Row i is local row local_rows[i] of `rows`, normalised.
  DatasetRows(const RowStore& rows, std::span<const std::size_t> local_rows,
              const Normalization& normalization)
      : rows_(rows), local_rows_(local_rows), normalization_(normalization) {}

  [[nodiscard]] std::size_t rows() const override { return local_rows_.size(); }
  [[nodiscard]] std::size_t columns() const override { return rows_.features(); }
  [[nodiscard]] MatrixView<const T> tile(std::size_t first, std::size_t count,
                                         Buffer<T>& scratch) const override;

 private:
  const RowStore& rows_;
  std::span<const std::size_t> local_rows_;
  const Normalization& normalization_;
};

/// Class labels of a data set, one-hot, [local_rows.size(), classes].
template <math::Real T>
class OneHotRows final : public stats::RowSource<T> {
 public:
  /// Row i is 1 in the column of the label of local row local_rows[i], and 0 elsewhere.
  OneHotRows(const RowStore& rows, std::span<const std::size_t> local_rows, std::size_t classes)
      : rows_(rows), local_rows_(local_rows), classes_(classes) {}

  [[nodiscard]] std::size_t rows() const override { return local_rows_.size(); }
  [[nodiscard]] std::size_t columns() const override { return classes_; }
  [[nodiscard]] MatrixView<const T> tile(std::size_t first, std::size_t count,
                                         Buffer<T>& scratch) const override;

 private:
  const RowStore& rows_;
  std::span<const std::size_t> local_rows_;
  std::size_t classes_;
};

}  // namespace infomax::data

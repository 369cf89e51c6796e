// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/data/row_store.hpp"
#include "infomax/model/sequences.hpp"
#include "infomax/nn/executor.hpp"
#include "infomax/nn/network.hpp"
#include "infomax/stats/row_source.hpp"

namespace infomax::model {

/// Rows of a data set, preprocessed and encoded whenever they are read, so that the encoded rows
/// never exist as a whole, however wide they are.
template <math::Real T>
class EncodedRows final : public stats::RowSource<T> {
 public:
  /// A network without items is the identity. All but the network must outlive this.
  EncodedRows(nn::Network<T> network, std::span<const T> parameters, const data::RowStore& rows,
              const data::Normalization& normalization, std::span<const std::size_t> local_rows);

  [[nodiscard]] std::size_t rows() const override { return local_rows_.size(); }
  [[nodiscard]] std::size_t columns() const override { return network_.outputs(); }
  [[nodiscard]] MatrixView<const T> tile(std::size_t first, std::size_t count,
                                         Buffer<T>& scratch) const override;

 private:
  nn::Network<T> network_;
  std::span<const T> parameters_;
  const data::RowStore* rows_;
  const data::Normalization* normalization_;
  std::span<const std::size_t> local_rows_;
  std::size_t tile_rows_;
  // Of the tile that is being read; not part of the value of this.
  mutable std::size_t first_ = 0;
  mutable nn::Executor<T> executor_;
  mutable RowLengths lengths_;
};

}  // namespace infomax::model

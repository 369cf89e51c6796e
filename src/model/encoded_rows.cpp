// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/encoded_rows.hpp"

#include <algorithm>

#include "infomax/stats/tiles.hpp"

namespace infomax::model {

template <math::Real T>
EncodedRows<T>::EncodedRows(nn::Network<T> network, std::span<const T> parameters,
                            const data::RowStore& rows, const data::Normalization& normalization,
                            std::span<const std::size_t> local_rows)
    : network_(std::move(network)),
      parameters_(parameters),
      rows_(&rows),
      normalization_(&normalization),
      local_rows_(local_rows),
      tile_rows_(stats::tile_rows_of(std::max(network_.inputs(), network_.outputs()))),
      executor_(network_, {.batch_rows = tile_rows_},
                [this](std::size_t first, MatrixView<T> inputs) {
                  rows_->convert(local_rows_.subspan(first_ + first, inputs.rows()),
                                 *normalization_, inputs);
                }) {}

template <math::Real T>
MatrixView<const T> EncodedRows<T>::tile(std::size_t first, std::size_t count,
                                         Buffer<T>& scratch) const {
  if (scratch.size() < count * columns()) {
    scratch.resize(count * columns());
  }
  const MatrixView<T> out(scratch.data(), count, columns());
  for (std::size_t done = 0; done < count; done += tile_rows_) {
    const std::size_t part = std::min(tile_rows_, count - done);
    first_ = first + done;
    const MatrixView<const T> encoded = executor_.forward(
        parameters_, part, {.lengths = lengths_.of(*rows_, local_rows_.subspan(first_, part))});
    for (std::size_t i = 0; i < part; ++i) {
      std::ranges::copy(encoded.row(i), out.row(done + i).begin());
    }
  }
  return out;
}

template class EncodedRows<float>;
template class EncodedRows<double>;

}  // namespace infomax::model

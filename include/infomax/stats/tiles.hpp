// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/elementwise.hpp"
#include "infomax/stats/row_source.hpp"

namespace infomax::stats {

/// The rows of a tile. Products within a tile are computed in the rows' own precision, and sums
/// over tiles in double; a tile of float rows also stays in the second-level cache. Tiles are
/// counted from the first local row, or from the first row of each part.
inline constexpr std::size_t tile_rows = 256;

/// Calls each(first, count) for the tiles of local rows [first, first + rows).
template <class Each>
void for_each_tile(std::size_t first, std::size_t rows, Each each) {
  for (std::size_t done = 0; done < rows; done += tile_rows) {
    each(first + done, std::min(tile_rows, rows - done));
  }
}

/// The same for all rows, part by part where they have parts.
template <math::Real T, class Each>
void for_each_tile(const RowPairs<T>& rows_of_both, Each each) {
  for_each_part(rows_of_both.parts, rows_of_both.count(),
                [&](std::size_t first, std::size_t rows) { for_each_tile(first, rows, each); });
}

/// Reads tiles of one side minus its mean, subtracted in double. Reuses its memory.
template <math::Real T>
class CentredTiles {
 public:
  /// Returns rows [first, first + count) of `source` minus `mean` [p] as [count, p], valid until
  /// the next call.
  MatrixView<const T> read(const RowSource<T>& source, std::span<const double> mean,
                           std::size_t first, std::size_t count) {
    const std::size_t columns = source.columns();
    ones_.resize(columns, 1.0);
    centred_.resize(std::min(tile_rows, source.rows()) * columns);
    const MatrixView<const T> rows = source.tile(first, count, raw_);
    const MatrixView<T> centred(centred_.data(), count, columns);
    for (std::size_t i = 0; i < count; ++i) {
      math::shift_and_scale<T, T>(rows.row(i).data(), mean, ones_, centred.row(i));
    }
    return centred;
  }

 private:
  Buffer<T> raw_;
  Buffer<T> centred_;
  Buffer<double> ones_;
};

}  // namespace infomax::stats

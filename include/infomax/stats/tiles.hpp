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

/// The numbers of a tile. Rows that are too wide for it come fewer at a time, so that what a pass
/// over them holds does not grow with their width: 16 MiB in double.
inline constexpr std::size_t tile_numbers = std::size_t{1} << 21U;

/// The rows of a tile of so many columns: tile_rows of up to 8,192.
[[nodiscard]] constexpr std::size_t tile_rows_of(std::size_t columns) {
  return std::clamp<std::size_t>(tile_numbers / std::max<std::size_t>(1, columns), 1, tile_rows);
}

/// Calls each(first, count) for the tiles of local rows [first, first + rows) of so many columns.
template <class Each>
void for_each_tile(std::size_t first, std::size_t rows, std::size_t columns, Each each) {
  const std::size_t most = tile_rows_of(columns);
  for (std::size_t done = 0; done < rows; done += most) {
    each(first + done, std::min(most, rows - done));
  }
}

/// The same for all rows, part by part where they have parts.
template <math::Real T, class Each>
void for_each_tile(const RowPairs<T>& rows_of_both, Each each) {
  for_each_part(rows_of_both.parts, rows_of_both.count(), [&](std::size_t first, std::size_t rows) {
    for_each_tile(first, rows, std::max(rows_of_both.a.columns(), rows_of_both.b.columns()), each);
  });
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
    centred_.resize(std::max(centred_.size(), count * columns));
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

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/stats/means.hpp"

#include <algorithm>
#include <cassert>

#include "infomax/math/elementwise.hpp"
#include "infomax/stats/tiles.hpp"

namespace infomax::stats {

template <math::Real T>
void MeanPass<T>::add_columns(const RowSource<T>& source, std::size_t first_row,
                              std::size_t row_count, std::span<double> sums) {
  tile_sums_.resize(source.columns());
  for_each_tile(first_row, row_count, source.columns(), [&](std::size_t first, std::size_t count) {
    // Adds up tiles, then their sums, so that rounding errors grow with 256 + B / 256, not with B.
    std::ranges::fill(tile_sums_, 0.0);
    const MatrixView<const T> rows = source.tile(first, count, scratch_a_);
    for (std::size_t i = 0; i < count; ++i) {
      math::accumulate<T>(rows.row(i), tile_sums_);
    }
    math::accumulate<double>(tile_sums_, sums);
  });
}

template <math::Real T>
double MeanPass<T>::squared_difference(const RowSource<T>& a, const RowSource<T>& b,
                                       std::size_t first_row, std::size_t row_count) {
  assert(a.columns() == b.columns());
  const std::size_t columns = a.columns();
  tile_sums_.assign(columns, 0.0);
  for_each_tile(first_row, row_count, columns, [&](std::size_t first, std::size_t count) {
    const MatrixView<const T> rows_a = a.tile(first, count, scratch_a_);
    const MatrixView<const T> rows_b = b.tile(first, count, scratch_b_);
    for (std::size_t i = 0; i < count; ++i) {
      const T* const x = rows_a.row(i).data();
      const T* const y = rows_b.row(i).data();
      double* const __restrict sums = tile_sums_.data();
      for (std::size_t j = 0; j < columns; ++j) {
        const double difference = static_cast<double>(x[j]) - static_cast<double>(y[j]);
        sums[j] += difference * difference;
      }
    }
  });
  double total = 0.0;
  for (const double sum : tile_sums_) {
    total += sum;
  }
  return total;
}

template <math::Real T>
const Means& MeanPass<T>::measure(const mpi::Communicator& communicator, const RowPairs<T>& rows,
                                  bool with_difference) {
  const RowSource<T>& a = rows.a;
  const RowSource<T>& b = rows.b;
  assert(a.rows() == b.rows());
  const std::size_t p = a.columns();
  const std::size_t q = b.columns();
  // Kept sums come by a summation of their own, so that the others' is the same with and without.
  const bool cacheable = LastContent::may_return(rows);
  sums_.resize(2 + q + (cacheable ? 0 : p));
  const std::span<double> sums = sums_;
  std::span<double> sums_of_a = sums.subspan(2 + q);
  if (cacheable) {
    cached_sums_.resize(p);
    sums_of_a = cached_sums_;
    if (!cached_.is_of(rows)) {
      summation_.over(
          communicator, nullptr, a.rows(), sums_of_a,
          [&](std::size_t first, std::size_t count) { add_columns(a, first, count, sums_of_a); });
    }
  }
  summation_.over(communicator, rows.parts, a.rows(), sums,
                  [&](std::size_t first, std::size_t count) {
                    sums[0] = static_cast<double>(count);
                    sums[1] = with_difference ? squared_difference(a, b, first, count) : 0.0;
                    add_columns(b, first, count, sums.subspan(2, q));
                    if (!cacheable) {
                      add_columns(a, first, count, sums_of_a);
                    }
                  });

  means_.samples = sums[0];
  means_.squared_difference = sums[1];
  const double divisor = std::max(1.0, means_.samples);
  const auto to_mean = [divisor](double sum) { return sum / divisor; };
  means_.a.resize(p);
  means_.b.resize(q);
  std::ranges::transform(sums_of_a, means_.a.begin(), to_mean);
  std::ranges::transform(sums.subspan(2, q), means_.b.begin(), to_mean);
  return means_;
}

template class MeanPass<float>;
template class MeanPass<double>;

}  // namespace infomax::stats

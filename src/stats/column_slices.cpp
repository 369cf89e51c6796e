// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/stats/column_slices.hpp"

#include <cassert>
#include <numeric>

#include "infomax/math/elementwise.hpp"

namespace infomax::stats {
namespace {

/// What a rank sends at a time, unless a single row is longer.
constexpr std::size_t round_bytes = std::size_t{8} << 20U;

std::size_t rows_of_round(std::size_t columns) {
  return std::max<std::size_t>(1,
                               round_bytes / (std::max<std::size_t>(1, columns) * sizeof(double)));
}

}  // namespace

std::size_t ColumnSlices::first_column(std::size_t rank) const {
  const std::size_t blocks = (columns_ + block_columns - 1) / block_columns;
  return std::min(columns_, blocks * rank / ranks_ * block_columns);
}

std::size_t ColumnSlices::start_of(std::size_t source, std::size_t rank) const {
  std::size_t start = 0;
  for (std::size_t before = 0; before < source; ++before) {
    start = std::accumulate(counts_[before].begin(), counts_[before].end(), start);
  }
  return std::accumulate(counts_[source].begin(),
                         counts_[source].begin() + static_cast<std::ptrdiff_t>(rank), start);
}

std::size_t ColumnSlices::first_row(std::size_t source) const {
  return start_of(source, communicator_rank_);
}

std::size_t ColumnSlices::local_rows(std::size_t source) const {
  return counts_[source][communicator_rank_];
}

std::size_t ColumnSlices::bytes(std::size_t n, std::size_t p, std::size_t ranks) {
  const std::size_t blocks = (p + block_columns - 1) / block_columns;
  const std::size_t width = std::min(p, (blocks + ranks - 1) / ranks * block_columns);
  const std::size_t travelling = std::min(n, rows_of_round(p)) * p;
  return (n * width + (ranks == 1 ? 1 : 2) * travelling) * sizeof(double);
}

/// Finds which rows of a source travel in the round of local rows [first, first + rows).
void ColumnSlices::prepare_round(std::size_t source, std::size_t first, std::size_t rows) {
  round_rows_.resize(ranks_);
  by_row_.resize(ranks_);
  by_column_.resize(ranks_);
  for (std::size_t rank = 0; rank < ranks_; ++rank) {
    const std::size_t count = counts_[source][rank];
    round_rows_[rank] = std::min(rows, count - std::min(count, first));
  }
  for (std::size_t rank = 0; rank < ranks_; ++rank) {
    by_row_[rank] = round_rows_[communicator_rank_] * width(rank);
    by_column_[rank] = round_rows_[rank] * width(communicator_rank_);
  }
  rows_of_all_.resize(std::accumulate(by_row_.begin(), by_row_.end(), std::size_t{0}));
  columns_of_all_.resize(std::accumulate(by_column_.begin(), by_column_.end(), std::size_t{0}));
}

template <math::Real T>
void ColumnSlices::gather(const mpi::Communicator& communicator,
                          std::span<const CentredRows<T>> sources) {
  columns_ = sources[0].rows->columns();
  ranks_ = static_cast<std::size_t>(communicator.size());
  communicator_rank_ = static_cast<std::size_t>(communicator.rank());
  counts_.clear();
  std::size_t n = 0;
  for (const auto& source : sources) {
    assert(source.rows->columns() == columns_);
    counts_.push_back(communicator.gather_all<std::uint64_t>(source.rows->rows()));
    n = std::accumulate(counts_.back().begin(), counts_.back().end(), n);
  }
  const std::size_t own_width = width(communicator_rank_);
  if (slice_.rows() != own_width || slice_.columns() != n) {
    slice_ = Matrix<double>(own_width, n);
  }
  const std::size_t step = rows_of_round(columns_);
  Buffer<T> scratch;
  Buffer<double> kept(columns_);
  for (std::size_t k = 0; k < sources.size(); ++k) {
    const auto& source = sources[k];
    std::ranges::transform(source.variance, kept.begin(),
                           [](double variance) { return variance == 0.0 ? 0.0 : 1.0; });
    const std::size_t largest = std::ranges::max(counts_[k]);
    for (std::size_t first = 0; first < largest; first += step) {
      prepare_round(k, first, step);
      const std::size_t mine = round_rows_[communicator_rank_];
      if (mine > 0) {
        const MatrixView<const T> tile = source.rows->tile(first, mine, scratch);
        double* out = rows_of_all_.data();
        for (std::size_t rank = 0; rank < ranks_; ++rank) {
          const std::size_t from = first_column(rank);
          const std::size_t count = width(rank);
          for (std::size_t i = 0; i < mine; ++i, out += count) {
            math::shift_and_scale<T, double>(
                tile.row(i).data() + from, source.mean.subspan(from, count),
                std::span<const double>(kept).subspan(from, count), {out, count});
          }
        }
      }
      communicator.exchange(rows_of_all_, by_row_, columns_of_all_, by_column_);
      const double* in = columns_of_all_.data();
      for (std::size_t rank = 0; rank < ranks_; in += by_column_[rank], ++rank) {
        const std::size_t row = start_of(k, rank) + first;
        for (std::size_t j = 0; j < own_width; ++j) {
          for (std::size_t i = 0; i < round_rows_[rank]; ++i) {
            slice_(j, row + i) = in[i * own_width + j];
          }
        }
      }
    }
  }
}

template <math::Real T>
void ColumnSlices::scatter(const mpi::Communicator& communicator, std::size_t source,
                           MatrixView<T> out) {
  assert(out.rows() == local_rows(source) && out.columns() == columns_);
  const std::size_t own_width = slice_.rows();
  const std::size_t largest = std::ranges::max(counts_[source]);
  const std::size_t step = rows_of_round(columns_);
  for (std::size_t first = 0; first < largest; first += step) {
    prepare_round(source, first, step);
    double* sent = columns_of_all_.data();
    for (std::size_t rank = 0; rank < ranks_; sent += by_column_[rank], ++rank) {
      const std::size_t row = start_of(source, rank) + first;
      for (std::size_t j = 0; j < own_width; ++j) {
        for (std::size_t i = 0; i < round_rows_[rank]; ++i) {
          sent[i * own_width + j] = slice_(j, row + i);
        }
      }
    }
    communicator.exchange(columns_of_all_, by_column_, rows_of_all_, by_row_);
    const double* received = rows_of_all_.data();
    for (std::size_t rank = 0; rank < ranks_; ++rank) {
      const std::size_t count = width(rank);
      for (std::size_t i = 0; i < round_rows_[communicator_rank_]; ++i, received += count) {
        std::transform(received, received + count, out.row(first + i).data() + first_column(rank),
                       [](double value) { return static_cast<T>(value); });
      }
    }
  }
}

template void ColumnSlices::gather<float>(const mpi::Communicator&,
                                          std::span<const CentredRows<float>>);
template void ColumnSlices::scatter<float>(const mpi::Communicator&, std::size_t,
                                           MatrixView<float>);
template void ColumnSlices::gather<double>(const mpi::Communicator&,
                                           std::span<const CentredRows<double>>);
template void ColumnSlices::scatter<double>(const mpi::Communicator&, std::size_t,
                                            MatrixView<double>);

}  // namespace infomax::stats

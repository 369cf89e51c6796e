// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// n: rows of all sources on all ranks. B: local rows of a source. p: columns. P: ranks.
/// w: columns of this rank's slice, about p / P.

namespace infomax::stats {

/// The local rows of one source, and what is subtracted from them.
template <math::Real T>
struct CentredRows {
  const RowSource<T>* rows = nullptr;  ///< [B, p]
  std::span<const double> mean;        ///< [p], of the rows of all ranks
  std::span<const double> variance;    ///< [p]; columns without variance become 0
};

/// Wide rows of all ranks, held by columns instead of by rows: each rank has a slice of the columns
/// of all rows, centred, in double. Products of all rows with each other become sums over ranks.
///
/// Slices consist of whole blocks of block_columns columns, counted from column 0, so that what is
/// computed block by block is the same at any number of ranks. The rows of a source have the order
/// of ranks, which is that of their blocks in the data set. Rows travel some at a time, in messages
/// of bounded memory.
class ColumnSlices {
 public:
  /// The columns of a block; the last one of all may have fewer.
  static constexpr std::size_t block_columns = 128;

  /// Collective. Takes the rows of several sources of p columns, those of the second below those of
  /// the first.
  template <math::Real T>
  void gather(const mpi::Communicator& communicator, std::span<const CentredRows<T>> sources);

  [[nodiscard]] std::size_t rows() const { return slice_.columns(); }  ///< n
  [[nodiscard]] std::size_t columns() const { return columns_; }       ///< p
  /// The number that the first local row of a source has among all n.
  [[nodiscard]] std::size_t first_row(std::size_t source) const;
  /// B of a source, as it was gathered.
  [[nodiscard]] std::size_t local_rows(std::size_t source) const;

  /// Calls each(first column, block) for the blocks of this rank, whose transpose `block`
  /// [block columns, n] may be changed.
  template <class Each>
  void for_each_block(Each each) {
    const std::size_t first = first_column(communicator_rank_);
    for (std::size_t done = 0; done < slice_.rows(); done += block_columns) {
      each(first + done,
           slice_.view().row_range(done, std::min(block_columns, slice_.rows() - done)));
    }
  }

  /// Collective. Overwrites `out` [B, p] by the local rows of a source as the slices have them now.
  template <math::Real T>
  void scatter(const mpi::Communicator& communicator, std::size_t source, MatrixView<T> out);

  /// Frees the slice. The numbers of rows and columns are lost.
  void clear() { *this = {}; }

  /// The bytes that gather() holds at most for n rows of p columns on one of P ranks, of which
  /// tiles of the source are no part.
  [[nodiscard]] static std::size_t bytes(std::size_t n, std::size_t p, std::size_t ranks);

 private:
  [[nodiscard]] std::size_t first_column(std::size_t rank) const;
  [[nodiscard]] std::size_t width(std::size_t rank) const {
    return first_column(rank + 1) - first_column(rank);
  }
  [[nodiscard]] std::size_t start_of(std::size_t source, std::size_t rank) const;
  void prepare_round(std::size_t source, std::size_t first, std::size_t rows);

  std::size_t columns_ = 0;  // p
  std::size_t ranks_ = 1;    // P
  std::size_t communicator_rank_ = 0;
  std::vector<std::vector<std::uint64_t>> counts_;  // [sources][P], B of each rank
  Matrix<double> slice_;                            // [w, n], the transpose
  // Of the rows that travel now: those of each rank, and elements to and from each.
  std::vector<std::size_t> round_rows_;
  std::vector<std::size_t> by_row_;
  std::vector<std::size_t> by_column_;
  Buffer<double> rows_of_all_;  // whole local rows, cut by the ranks' slices
  Buffer<double> columns_of_all_;
};

}  // namespace infomax::stats

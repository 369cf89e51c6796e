// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// N global samples, B local ones, q columns.

namespace infomax::analysis {

/// Random orders of N samples, each a function of (seed, its number) alone.
class SampleOrders {
 public:
  /// `block` consecutive samples keep together, 1 or more; the last block may be shorter.
  SampleOrders(std::size_t samples, std::size_t block, std::uint64_t seed);

  /// Order `number`: element i is the sample that takes place i. All orders of the blocks are
  /// equally probable (Fisher and Yates' shuffle).
  [[nodiscard]] std::vector<std::size_t> order(std::uint64_t number) const;

 private:
  std::size_t samples_;
  std::size_t block_;
  std::uint64_t seed_;
};

/// The rows of one side in another order, over all ranks. An order sends each row that changes
/// rank, once, to the rank of its new place: about N q (1 - 1/P) numbers together. A rank keeps
/// its own B rows, those that it sends and those that it receives, 4 B q numbers at most, and the
/// order, N integers; no rank has the rows of others besides.
template <math::Real T>
class PermutedRows {
 public:
  /// Collective. Copies the local rows. Ranks hold consecutive samples, in their order.
  PermutedRows(const mpi::Communicator& communicator, const stats::RowSource<T>& rows);

  /// Collective. Puts sample order[i] at place i: order [N], the same on every rank. The result is
  /// valid until the next call.
  const stats::RowSource<T>& permute(std::span<const std::size_t> order);

  /// N.
  [[nodiscard]] std::size_t samples() const { return first_of_.back(); }

 private:
  [[nodiscard]] std::size_t rank_of(std::size_t sample) const;

  mpi::Communicator communicator_;
  std::vector<std::size_t> first_of_;  // of the samples of each rank, and N
  std::size_t first_ = 0;              // of this rank's
  Matrix<T> rows_;
  Matrix<T> sent_;
  Matrix<T> received_;
  Matrix<T> permuted_;
  stats::MatrixRows<T> shown_;
};

}  // namespace infomax::analysis

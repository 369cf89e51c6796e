// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/mpi/communicator.hpp"

/// @file
/// B: local rows. p: columns.

namespace infomax::mpi {

/// Shows the rows of all ranks to every rank, a block at a time, so that no rank ever holds more
/// than two blocks of others. With each row travels a note, a number in double. It reuses its
/// memory.
template <Element T>
class Ring {
 public:
  /// Rows travel around the ranks in this order, which is one of all ranks; by default, and where
  /// it is empty, node by node (Communicator::ranks_by_node). Then only the last rank of a node
  /// sends to another node and each row enters a node once, however ranks were dealt to nodes: what
  /// a second ring among nodes would send.
  explicit Ring(std::vector<int> order = {}) : order_(std::move(order)) {}

  /// Consecutive rows of one rank.
  struct Block {
    std::size_t owner = 0;          ///< the rank that they belong to
    std::size_t first = 0;          ///< their first row, counted among the owner's rows
    MatrixView<const T> rows;       ///< [count, p]
    std::span<const double> notes;  ///< [count], or empty
  };
  using Visit = std::function<void(const Block&)>;  ///< must not throw, nor communicate
  /// The same, which also adds to `sums` [count, p] of the block's rows.
  using VisitAdding = std::function<void(const Block&, MatrixView<T> sums)>;

  /// Collective. Calls `visit` once for the rows of each rank, the own ones first: rows travel from
  /// rank to rank, and the next block is on its way while this one is visited. `rows` [B, p] lie
  /// without gaps; `notes` [B], or empty on all ranks. Throws SystemError.
  void around(const Communicator& communicator, MatrixView<const T> rows,
              std::span<const double> notes, const Visit& visit);

  /// Collective. The same with sums that follow the rows around and come back to their owner: what
  /// the visits of all ranks add for a row is added to its row of `totals` [B, p], in the order in
  /// which it travels.
  void around_adding(const Communicator& communicator, MatrixView<const T> rows,
                     std::span<const double> notes, const VisitAdding& visit, MatrixView<T> totals);

  /// Collective. Calls `visit` for each part of the rows of each rank: part k is rows [ends[k - 1],
  /// ends[k]), and parts without rows are left out. The order is that of the ranks and of their
  /// parts, so that it does not depend on the number of ranks where the parts do not. Rows that are
  /// visited always begin at an aligned address. Throws SystemError.
  void in_order(const Communicator& communicator, MatrixView<const T> rows,
                std::span<const double> notes, std::span<const std::size_t> ends,
                const Visit& visit);

 private:
  class ReturningSums;

  void travel(const Communicator& communicator, std::span<const std::uint64_t> counts,
              MatrixView<const T> rows, std::span<const double> notes, const VisitAdding& visit,
              ReturningSums* sums);

  [[nodiscard]] const std::vector<int>& order(const Communicator& communicator) const {
    return order_.empty() ? communicator.ranks_by_node() : order_;
  }

  std::vector<int> order_;
  std::array<Buffer<T>, 2> rows_;
  std::array<Buffer<double>, 2> notes_;
  std::array<Buffer<T>, 2> sums_;  // of this rank's visits, and what came with them
  Buffer<T> arriving_sums_;
};

}  // namespace infomax::mpi

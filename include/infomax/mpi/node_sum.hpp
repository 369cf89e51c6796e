// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <mpi.h>

namespace infomax::mpi {

class SharedMemory;

/// Sums over ranks that share a node's memory, through that memory: every rank lays a chunk of its
/// values where all can see it, adds up its own slice of everybody's, and takes the other slices
/// from those who added them. Two copies and two barriers a chunk that stays in the cache, where
/// messages pass through the memory several times (tests/benchmark/reduction.cpp measures both).
class NodeSum {
 public:
  /// Of each rank's memory that a chunk takes, in bytes; there are two, so that nobody waits for
  /// those who still read the one before.
  static constexpr std::size_t chunk_bytes = std::size_t{256} << 10U;

  /// Collective. Null on every rank where ranks are on several nodes, where there is one rank, or
  /// where any rank cannot have the memory of another, as between containers. `communicator` must
  /// outlive the result.
  [[nodiscard]] static std::unique_ptr<NodeSum> make(MPI_Comm communicator);

  ~NodeSum();
  NodeSum(const NodeSum&) = delete;
  NodeSum& operator=(const NodeSum&) = delete;

  /// Collective. Replaces `values` by their sum over ranks, added in order of rank: the same bits
  /// on every rank and in every run. float, double, std::int64_t, std::uint64_t.
  template <class T>
  void sum(std::span<T> values);

 private:
  NodeSum(MPI_Comm communicator, std::vector<SharedMemory> memories, std::size_t rank);

  template <class T>
  void sum_chunk(std::span<T> values);

  MPI_Comm communicator_;
  std::vector<SharedMemory> memories_;  // of all ranks, in order of rank
  std::size_t rank_;
  std::size_t turn_ = 0;  // which of the two chunks comes next
};

}  // namespace infomax::mpi

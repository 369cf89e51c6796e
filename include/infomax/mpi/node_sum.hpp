// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <mpi.h>

namespace infomax::mpi {

class SharedMemory;

/// Sums over ranks that share a node's memory, through that memory. Every rank copies a chunk of
/// its values into shared memory, adds up its own slice of all ranks' chunks, and copies the other
/// slices from the ranks that added them. A chunk takes two copies and two barriers and stays in
/// the cache, whereas messages pass through the memory several times; tests/benchmark/reduction.cpp
/// measures both.
class NodeSum {
 public:
  /// The bytes of a chunk. Each rank has two chunks, so that no rank waits for others that still
  /// read the previous one.
  static constexpr std::size_t chunk_bytes = std::size_t{256} << 10U;

  /// Collective. Returns null on every rank if the ranks are on several nodes, if there is only one
  /// rank, or if any rank cannot map the memory of another, for example between containers.
  /// `communicator` must outlive the result.
  [[nodiscard]] static std::unique_ptr<NodeSum> make(MPI_Comm communicator);

  ~NodeSum();
  NodeSum(const NodeSum&) = delete;
  NodeSum& operator=(const NodeSum&) = delete;

  /// Collective. Replaces `values` by their sum over ranks, added in order of rank, so that the
  /// bits are the same on every rank and in every run. For float, double, std::int64_t,
  /// std::uint64_t.
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

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/node_sum.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <utility>

#include "infomax/mpi/check.hpp"
#include "mpi/shared_memory.hpp"

namespace infomax::mpi {
namespace {

constexpr std::size_t cache_line_bytes = 64;

/// Collective. All ranks see after it what any rank wrote before it.
void meet(MPI_Comm communicator) {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  check(MPI_Barrier(communicator), "MPI_Barrier");
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

/// Collective. Whether `here` is true on all ranks.
bool on_all(MPI_Comm communicator, bool here) {
  int all = here ? 1 : 0;
  check(MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_MIN, communicator), "MPI_Allreduce");
  return all != 0;
}

/// Collective. Whether all ranks are on one node.
bool share_memory(MPI_Comm communicator, int size) {
  MPI_Comm node = MPI_COMM_NULL;
  check(MPI_Comm_split_type(communicator, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node),
        "MPI_Comm_split_type");
  int here = 0;
  check(MPI_Comm_size(node, &here), "MPI_Comm_size");
  check(MPI_Comm_free(&node), "MPI_Comm_free");
  return on_all(communicator, here == size);
}

/// Collective. Returns the address of every rank's memory, in order of rank.
std::vector<MemoryAddress> gather(MPI_Comm communicator, const MemoryAddress& own, int size) {
  static_assert(sizeof(MemoryAddress) == 2 * sizeof(std::int64_t));
  std::vector<MemoryAddress> addresses(static_cast<std::size_t>(size));
  check(MPI_Allgather(&own, 2, MPI_INT64_T, addresses.data(), 2, MPI_INT64_T, communicator),
        "MPI_Allgather");
  return addresses;
}

/// Collective. Whether every rank sees in each memory what its owner writes there. In another
/// container a process number means another process, and such ranks do not share memory.
bool see_each_other(MPI_Comm communicator, const std::vector<SharedMemory>& memories,
                    std::size_t own) {
  std::uint64_t key =
      static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  check(MPI_Bcast(&key, 1, MPI_UINT64_T, 0, communicator), "MPI_Bcast");
  const auto mark_of = [key](std::size_t rank) { return key + rank; };
  const std::uint64_t mark = mark_of(own);
  std::memcpy(memories[own].data(), &mark, sizeof(mark));
  meet(communicator);
  bool seen = true;
  for (std::size_t rank = 0; rank < memories.size(); ++rank) {
    std::uint64_t there = 0;
    std::memcpy(&there, memories[rank].data(), sizeof(there));
    seen = seen && there == mark_of(rank);
  }
  return on_all(communicator, seen);
}

/// The range of `count` values that a rank adds up. It consists of whole cache lines, so that no
/// two ranks write to the same line.
template <class T>
std::pair<std::size_t, std::size_t> slice(std::size_t count, std::size_t rank, std::size_t ranks) {
  constexpr std::size_t line = cache_line_bytes / sizeof(T);
  const std::size_t lines = (count + line - 1) / line;
  const std::size_t each = (lines + ranks - 1) / ranks * line;
  return {std::min(count, rank * each), std::min(count, (rank + 1) * each)};
}

}  // namespace

NodeSum::NodeSum(MPI_Comm communicator, std::vector<SharedMemory> memories, std::size_t rank)
    : communicator_(communicator), memories_(std::move(memories)), rank_(rank) {}

NodeSum::~NodeSum() = default;

std::unique_ptr<NodeSum> NodeSum::make(MPI_Comm communicator) {
  int rank = 0;
  int size = 1;
  check(MPI_Comm_rank(communicator, &rank), "MPI_Comm_rank");
  check(MPI_Comm_size(communicator, &size), "MPI_Comm_size");
  if (size == 1 || !share_memory(communicator, size)) {
    return nullptr;
  }
  const auto own = static_cast<std::size_t>(rank);
  std::vector<SharedMemory> memories(static_cast<std::size_t>(size));
  // Each rank makes its own memory, so that the memory is close to the rank's core.
  memories[own] = SharedMemory::create(2 * chunk_bytes);
  if (!on_all(communicator, !memories[own].empty())) {
    return nullptr;
  }
  const auto addresses = gather(communicator, memories[own].address(), size);
  for (std::size_t other = 0; other < memories.size(); ++other) {
    if (other != own) {
      memories[other] = SharedMemory::open(addresses[other], 2 * chunk_bytes);
    }
  }
  const bool had = on_all(communicator, std::ranges::none_of(memories, &SharedMemory::empty));
  memories[own].withdraw();
  if (!had || !see_each_other(communicator, memories, own)) {
    return nullptr;
  }
  return std::unique_ptr<NodeSum>(new NodeSum(communicator, std::move(memories), own));
}

template <class T>
void NodeSum::sum(std::span<T> values) {
  constexpr std::size_t most = chunk_bytes / sizeof(T);
  for (std::size_t first = 0; first < values.size(); first += most) {
    sum_chunk(values.subspan(first, std::min(most, values.size() - first)));
  }
}

template <class T>
void NodeSum::sum_chunk(std::span<T> values) {
  const std::size_t ranks = memories_.size();
  const auto chunk_of = [&](std::size_t rank) {
    return reinterpret_cast<T*>(memories_[rank].data() + turn_ * chunk_bytes);
  };
  // No rank reads this chunk any more: all have passed the last barrier since they read it.
  std::memcpy(chunk_of(rank_), values.data(), values.size_bytes());
  meet(communicator_);

  const auto [begin, end] = slice<T>(values.size(), rank_, ranks);
  T* const sums = values.data();
  std::copy(chunk_of(0) + begin, chunk_of(0) + end, sums + begin);
  for (std::size_t rank = 1; rank < ranks; ++rank) {
    const T* const addends = chunk_of(rank);
    for (std::size_t i = begin; i < end; ++i) {
      sums[i] += addends[i];
    }
  }
  std::copy(sums + begin, sums + end, chunk_of(rank_) + begin);
  meet(communicator_);

  for (std::size_t rank = 0; rank < ranks; ++rank) {
    if (rank != rank_) {
      const auto [from, to] = slice<T>(values.size(), rank, ranks);
      std::copy(chunk_of(rank) + from, chunk_of(rank) + to, sums + from);
    }
  }
  turn_ = 1 - turn_;
}

template void NodeSum::sum<float>(std::span<float>);
template void NodeSum::sum<double>(std::span<double>);
template void NodeSum::sum<std::int64_t>(std::span<std::int64_t>);
template void NodeSum::sum<std::uint64_t>(std::span<std::uint64_t>);

}  // namespace infomax::mpi

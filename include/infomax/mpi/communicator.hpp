// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <mpi.h>

#include "infomax/mpi/request.hpp"

namespace infomax::mpi {

/// An element type that reductions and broadcasts take: float, double, std::int64_t, std::uint64_t.
template <class T>
concept Element = std::is_same_v<T, float> || std::is_same_v<T, double> ||
    std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::uint64_t>;

/// A group of ranks that communicate. Copies of it share one handle; `world()` borrows MPI's own, a
/// duplicate or split frees its own with the last copy. Counts may exceed 2^31: longer messages go
/// in several calls. Every failure is a SystemError that names the call.
class Communicator {
 public:
  /// All ranks of the job. For main and tests; everything else takes a communicator.
  [[nodiscard]] static Communicator world();

  [[nodiscard]] int rank() const { return rank_; }
  [[nodiscard]] int size() const { return size_; }
  [[nodiscard]] bool is_root() const { return rank_ == 0; }
  [[nodiscard]] MPI_Comm native() const;

  /// Seconds this process has spent in collectives of this communicator (all copies of it), waiting
  /// for other ranks included.
  [[nodiscard]] double collective_s() const;

  /// Bytes of values this process has passed to sums, maxima, minima, broadcasts and gathers of
  /// this communicator (all copies of it): the payload, whatever MPI makes of it on the way.
  [[nodiscard]] std::uint64_t collective_bytes() const;

  /// Collective. The same ranks with messages of their own.
  [[nodiscard]] Communicator duplicate() const;

  /// Collective. The ranks that pass the same colour (0 or more), in the order they have here.
  [[nodiscard]] Communicator split(int colour) const;

  /// Collective. The ranks that share memory with this one.
  [[nodiscard]] Communicator split_by_node() const;

  /// Collective.
  void barrier() const;

  /// Collective. Replaces `values` by their elementwise sum over ranks, the same bits on
  /// every rank; through the node's memory where all ranks share it.
  template <Element T>
  void sum(std::span<T> values) const;

  /// Collective. Whether sums go through the memory that all ranks share: too quick to be worth
  /// overlapping with anything.
  [[nodiscard]] bool sums_in_memory() const;

  /// Collective. Elementwise maximum over ranks.
  template <Element T>
  void max(std::span<T> values) const;

  /// Collective. Elementwise minimum over ranks.
  template <Element T>
  void min(std::span<T> values) const;

  /// Collective. Like sum(), but returns at once; `values` must live until the request is
  /// waited for.
  template <Element T>
  [[nodiscard]] Request start_sum(std::span<T> values) const;

  /// Collective. Every rank gets the root's values.
  template <Element T>
  void broadcast(std::span<T> values, int root) const;

  /// Collective. Every rank gets the root's text; what the others pass is ignored.
  [[nodiscard]] std::string broadcast(const std::string& text, int root) const;

  /// Collective. The values of all ranks, in order of rank.
  template <Element T>
  [[nodiscard]] std::vector<T> gather_all(T value) const;

  /// Collective. Sum, maximum, minimum of one value a rank.
  template <Element T>
  [[nodiscard]] T sum(T value) const {
    sum(std::span<T>(&value, 1));
    return value;
  }
  template <Element T>
  [[nodiscard]] T max(T value) const {
    max(std::span<T>(&value, 1));
    return value;
  }
  template <Element T>
  [[nodiscard]] T min(T value) const {
    min(std::span<T>(&value, 1));
    return value;
  }

 private:
  struct Shared;  // by all copies
  explicit Communicator(std::shared_ptr<Shared> shared);

  std::shared_ptr<Shared> shared_;
  int rank_ = 0;
  int size_ = 1;
};

/// The largest number of elements one MPI call is given; messages beyond it go in several calls.
/// Lowered by tests. Must be the same on every rank. Returns the former limit.
std::size_t set_message_limit(std::size_t elements);

}  // namespace infomax::mpi

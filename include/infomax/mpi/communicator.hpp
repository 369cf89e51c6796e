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

/// Ranks: communicators, reductions, and what happens when a rank fails.
namespace infomax::mpi {

/// An element type of reductions and broadcasts: float, double, std::int64_t or std::uint64_t.
template <class T>
concept Element = std::is_same_v<T, float> || std::is_same_v<T, double> ||
    std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::uint64_t>;

/// A group of ranks that communicate. Copies share one handle: `world()` borrows MPI's, and the
/// last copy of a duplicate or split frees its own. Counts may exceed 2^31, because long messages
/// take several calls. Every failure is a SystemError that names the call.
class Communicator {
 public:
  /// Returns all ranks of the job. Only main() and tests call it; all other code takes a
  /// communicator.
  [[nodiscard]] static Communicator world();

  /// Collective. Returns a communicator of the same ranks as one that a caller of the library has
  /// made, with separate messages and with errors that return. It is made once, lives as long as
  /// the caller's, and ends with it.
  [[nodiscard]] static Communicator beside(MPI_Comm callers);

  [[nodiscard]] int rank() const { return rank_; }           ///< of this process, from 0
  [[nodiscard]] int size() const { return size_; }           ///< number of ranks
  [[nodiscard]] bool is_root() const { return rank_ == 0; }  ///< whether this is rank 0
  /// The handle for calls of MPI itself, valid as long as this or a copy of it lives.
  [[nodiscard]] MPI_Comm native() const;

  /// Returns the seconds that this process has spent in collectives of this communicator and its
  /// copies, including the time it waited for other ranks.
  [[nodiscard]] double collective_s() const;

  /// Returns the bytes of values that this process has passed to sums, maxima, minima, broadcasts
  /// and gathers of this communicator and its copies: the payload, not the bytes that MPI sends.
  [[nodiscard]] std::uint64_t collective_bytes() const;

  /// Collective. Returns a communicator of the same ranks with separate messages.
  [[nodiscard]] Communicator duplicate() const;

  /// Collective. Returns the ranks that pass the same colour (0 or more), in their present order.
  [[nodiscard]] Communicator split(int colour) const;

  /// Collective. Returns the ranks that share memory with this one.
  [[nodiscard]] Communicator split_by_node() const;

  /// Collective at its first call. Returns all ranks, those of a node one after another: nodes in
  /// the order of their first ranks, the ranks of each ascending.
  [[nodiscard]] const std::vector<int>& ranks_by_node() const;

  /// Collective. Returns once all ranks have called it.
  void barrier() const;

  /// Collective. Replaces `values` by their elementwise sum over ranks, with the same bits on every
  /// rank. Uses the node's memory if all ranks share it.
  template <Element T>
  void sum(std::span<T> values) const;

  /// Collective. Whether sums use memory that all ranks share. Such sums are too fast to be worth
  /// overlapping with computation.
  [[nodiscard]] bool sums_in_memory() const;

  /// Collective. Replaces `values` by their elementwise maximum over ranks.
  template <Element T>
  void max(std::span<T> values) const;

  /// Collective. Replaces `values` by their elementwise minimum over ranks.
  template <Element T>
  void min(std::span<T> values) const;

  /// Collective. Starts a sum() and returns at once. `values` must outlive the request, which must
  /// be waited for.
  template <Element T>
  [[nodiscard]] Request start_sum(std::span<T> values) const;

  /// Collective. Replaces the values of every rank by the root's.
  template <Element T>
  void broadcast(std::span<T> values, int root) const;

  /// Collective. Returns the root's text; the texts of the other ranks are ignored.
  [[nodiscard]] std::string broadcast(const std::string& text, int root) const;

  /// Collective. Returns the values of all ranks, in order of rank.
  template <Element T>
  [[nodiscard]] std::vector<T> gather_all(T value) const;

  /// Collective. Sends the pieces of `out` to all ranks and receives theirs: `out` holds
  /// out_counts[r] elements for each rank r, in order of rank, and `in` gets in_counts[r] elements
  /// from each. Ranks pass matching counts.
  void exchange(std::span<const double> out, std::span<const std::size_t> out_counts,
                std::span<double> in, std::span<const std::size_t> in_counts) const;

  /// Collective. Returns the sum of one value of each rank.
  template <Element T>
  [[nodiscard]] T sum(T value) const {
    sum(std::span<T>(&value, 1));
    return value;
  }
  /// Collective. Returns the maximum of one value of each rank.
  template <Element T>
  [[nodiscard]] T max(T value) const {
    max(std::span<T>(&value, 1));
    return value;
  }
  /// Collective. Returns the minimum of one value of each rank.
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

/// Sets the largest number of elements of one MPI call; longer messages take several calls. It must
/// be the same on every rank. Returns the former limit. Tests lower it.
std::size_t set_message_limit(std::size_t elements);

}  // namespace infomax::mpi

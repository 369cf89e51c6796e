// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "infomax/data/stretches.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::data {

/// Some of the N rows of a data set, as a bit a row: 12 MB of 100 million rows. Every rank holds
/// the same set, from which it finds the rows of its shard without a message.
class RowSet {
 public:
  /// None of `rows` rows.
  explicit RowSet(std::size_t rows);

  /// Adds rows [stretch.first, stretch.end()).
  void add(const Stretch& stretch);

  /// Takes rows [stretch.first, stretch.end()) out.
  void remove(const Stretch& stretch);

  /// Collective. Adds the rows that the other ranks have.
  void unite(const mpi::Communicator& communicator);

  /// Returns the rows that are not in this set.
  [[nodiscard]] RowSet others() const;

  [[nodiscard]] std::size_t rows() const { return rows_; }  ///< N
  [[nodiscard]] std::size_t count() const;                  ///< rows in the set
  [[nodiscard]] bool has(std::size_t row) const;            ///< whether `row` is in the set

  /// Returns the rows that are number [first, first + count) of the set, in ascending order.
  [[nodiscard]] std::vector<std::size_t> numbers(std::size_t first, std::size_t count) const;

  /// Returns the set as stretches: ascending, disjoint, and none touches the next.
  [[nodiscard]] std::vector<Stretch> stretches() const;

 private:
  std::size_t rows_;
  std::vector<std::uint64_t> words_;  // bit i % 64 of word i / 64 is row i
};

}  // namespace infomax::data

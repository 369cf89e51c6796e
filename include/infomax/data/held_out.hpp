// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "infomax/data/blocks.hpp"

namespace infomax::data {

/// A share of N rows in V blocks that is kept from training: k rows of every block, chosen at
/// random by (seed, block) alone, so that it does not depend on the number of ranks and no row is
/// sent. Because every block gives k rows, the kept and the held-out rows form blocks of the same
/// kind.
class HeldOut {
 public:
  /// k is `fraction` of a block's rows, rounded, one at least. Throws UsageError unless
  /// 0 < fraction < 1 and two rows or more remain on either side.
  HeldOut(const Blocks& blocks, double fraction, std::uint64_t seed);

  [[nodiscard]] std::size_t rows_of_a_block() const { return taken_; }  ///< k

  /// The blocks of the rows that remain to train on.
  [[nodiscard]] Blocks kept() const { return {blocks_.rows() - taken_ * count(), count()}; }
  /// The blocks of the held-out rows: k rows each.
  [[nodiscard]] Blocks held_out() const { return {taken_ * count(), count()}; }

  /// Returns the held-out rows of a shard, counted from its start, in ascending order.
  [[nodiscard]] std::vector<std::size_t> rows_of(const Shard& shard) const;

 private:
  [[nodiscard]] std::size_t count() const { return blocks_.count(); }

  Blocks blocks_;
  std::uint64_t seed_;
  std::size_t taken_ = 0;
};

}  // namespace infomax::data

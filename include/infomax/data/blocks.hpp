// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

namespace infomax::data {

/// The default V: divisible by many numbers of ranks.
inline constexpr std::size_t default_block_count = 240;

/// Returns the default V for N rows: default_block_count, or fewer so that a block holds 16 rows or
/// more. Blocks of a row or two would leave a shuffle nothing to choose from: which blocks a step
/// takes rows from is the same in every epoch, and only the rows within them change.
[[nodiscard]] std::size_t default_blocks(std::size_t rows);

/// The contiguous rows of a data set that one rank holds. All numbers count from 0 and are global.
struct Shard {
  std::size_t first_block = 0;  ///< of the run of blocks
  std::size_t block_count = 0;  ///< 0 where the rank holds nothing
  std::size_t first_row = 0;    ///< of the first block
  std::size_t row_count = 0;    ///< of all its blocks
};

/// N rows cut into V contiguous blocks, block v being rows [floor(v N / V), floor((v + 1) N / V)):
/// sizes differ by at most one and do not depend on the number of ranks P.
class Blocks {
 public:
  /// N rows in V = default_blocks(N) blocks. Throws UsageError unless 1 <= V <= 2^31.
  explicit Blocks(std::size_t rows) : Blocks(rows, default_blocks(rows)) {}
  /// N rows in V = `count` blocks. Throws UsageError unless 1 <= V <= 2^31.
  Blocks(std::size_t rows, std::size_t count);

  [[nodiscard]] std::size_t rows() const { return rows_; }    ///< N
  [[nodiscard]] std::size_t count() const { return count_; }  ///< V

  /// The first row of `block`; N for block V.
  [[nodiscard]] std::size_t first_row(std::size_t block) const;
  /// The number of rows of `block`.
  [[nodiscard]] std::size_t rows_of(std::size_t block) const {
    return first_row(block + 1) - first_row(block);
  }

  /// Returns what `rank` of `ranks` holds: blocks [floor(r V / P), floor((r + 1) V / P)); none
  /// where P > V leaves none.
  [[nodiscard]] Shard shard(int rank, int ranks) const;

 private:
  std::size_t rows_;
  std::size_t count_;
};

}  // namespace infomax::data

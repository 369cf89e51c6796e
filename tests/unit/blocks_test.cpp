// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/blocks.hpp"

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"

namespace infomax::data {
namespace {

TEST(Blocks, CoverAllRowsInNearlyEqualParts) {
  for (const std::size_t rows : {0U, 1U, 7U, 240U, 1000U, 60'001U}) {
    for (const std::size_t count : {1U, 2U, 7U, 240U}) {
      const Blocks blocks(rows, count);
      EXPECT_EQ(blocks.first_row(0), 0U);
      EXPECT_EQ(blocks.first_row(count), rows);
      for (std::size_t v = 0; v < count; ++v) {
        EXPECT_EQ(blocks.first_row(v), v * rows / count);
        EXPECT_GE(blocks.rows_of(v), rows / count);
        EXPECT_LE(blocks.rows_of(v), rows / count + 1);
      }
    }
  }
}

TEST(Blocks, DoNotOverflow) {
  const std::size_t rows = std::numeric_limits<std::size_t>::max();
  const Blocks blocks(rows, 240);
  EXPECT_EQ(blocks.first_row(240), rows);
  EXPECT_EQ(blocks.first_row(120), rows / 2);
}

TEST(Blocks, ShardsFollowEachOtherAndCoverAllBlocks) {
  const Blocks blocks(1001, 7);
  for (const int ranks : {1, 2, 3, 7, 11}) {
    std::size_t block = 0;
    std::size_t row = 0;
    for (int rank = 0; rank < ranks; ++rank) {
      const Shard shard = blocks.shard(rank, ranks);
      EXPECT_EQ(shard.first_block, block);
      EXPECT_EQ(shard.first_row, row);
      block += shard.block_count;
      row += shard.row_count;
      EXPECT_EQ(blocks.first_row(block), row);
    }
    EXPECT_EQ(block, 7U);
    EXPECT_EQ(row, 1001U);
  }
}

TEST(Blocks, RefuseAnAbsurdNumber) {
  EXPECT_THROW(Blocks(10, 0), UsageError);
  EXPECT_THROW(Blocks(10, std::size_t{1} << 40U), UsageError);
}

TEST(Blocks, HoldSixteenRowsOrMoreUnlessAskedForOtherwise) {
  EXPECT_EQ(Blocks(60000).count(), 240U);
  EXPECT_EQ(Blocks(240 * 16).count(), 240U);
  EXPECT_EQ(Blocks(203).count(), 12U);
  EXPECT_EQ(Blocks(3).count(), 1U);
  EXPECT_EQ(Blocks(3, 240).count(), 240U);
}

}  // namespace
}  // namespace infomax::data

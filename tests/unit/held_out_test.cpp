// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/held_out.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"

namespace infomax::data {
namespace {

std::vector<std::size_t> global_rows(const HeldOut& held_out, const Blocks& blocks, int ranks) {
  std::vector<std::size_t> rows;
  for (int rank = 0; rank < ranks; ++rank) {
    const Shard shard = blocks.shard(rank, ranks);
    for (const std::size_t row : held_out.rows_of(shard)) {
      EXPECT_LT(row, shard.row_count);
      rows.push_back(shard.first_row + row);
    }
  }
  return rows;
}

TEST(HeldOut, TakesAsManyRowsOfEveryBlockAtAnyNumberOfRanks) {
  const Blocks blocks(207, 12);
  const HeldOut held_out(blocks, 0.2, 5);
  EXPECT_EQ(held_out.rows_of_a_block(), 3U);
  const auto alone = global_rows(held_out, blocks, 1);
  ASSERT_EQ(alone.size(), 36U);
  EXPECT_EQ(std::set<std::size_t>(alone.begin(), alone.end()).size(), 36U);
  for (std::size_t v = 0; v < 12; ++v) {
    EXPECT_EQ(std::ranges::count_if(alone,
                                    [&](std::size_t row) {
                                      return row >= blocks.first_row(v) &&
                                             row < blocks.first_row(v + 1);
                                    }),
              3);
  }
  for (const int ranks : {2, 3, 5, 12, 16}) {
    EXPECT_EQ(global_rows(held_out, blocks, ranks), alone) << ranks;
  }
}

TEST(HeldOut, LeavesBlocksOfTheUsualForm) {
  for (const std::size_t rows : {97UL, 207UL, 1000UL}) {
    for (const std::size_t count : {1UL, 7UL, 12UL, 40UL}) {
      const Blocks blocks(rows, count);
      const HeldOut held_out(blocks, 0.3, 1);
      EXPECT_EQ(held_out.kept().rows() + held_out.held_out().rows(), rows);
      for (std::size_t v = 0; v < count; ++v) {
        EXPECT_EQ(held_out.kept().rows_of(v), blocks.rows_of(v) - held_out.rows_of_a_block());
        EXPECT_EQ(held_out.held_out().rows_of(v), held_out.rows_of_a_block());
      }
    }
  }
}

TEST(HeldOut, DependsOnTheSeed) {
  const Blocks blocks(207, 12);
  EXPECT_NE(global_rows(HeldOut(blocks, 0.2, 1), blocks, 1),
            global_rows(HeldOut(blocks, 0.2, 2), blocks, 1));
}

TEST(HeldOut, RefusesSharesThatLeaveNothing) {
  for (const double fraction : {0.0, 1.0, -0.5, 0.97}) {
    EXPECT_THROW(HeldOut(Blocks(160, 10), fraction, 1), UsageError) << fraction;
  }
  EXPECT_THROW(HeldOut(Blocks(10, 10), 0.1, 1), UsageError);
  EXPECT_THROW(HeldOut(Blocks(10, 20), 0.1, 1), UsageError);
}

}  // namespace
}  // namespace infomax::data

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/trajectory_rows.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace infomax::analysis {
namespace {

constexpr std::size_t following_columns = 2;

/// Row i of all has the numbers 10 i and 10 i + 1.
void expect_following(const data::Blocks& blocks, std::size_t more) {
  const auto world = mpi::Communicator::world();
  const data::Shard shard = blocks.shard(world.rank(), world.size());
  Matrix<double> own(shard.row_count, following_columns);
  for (std::size_t i = 0; i < own.rows(); ++i) {
    own(i, 0) = 10.0 * static_cast<double>(shard.first_row + i);
    own(i, 1) = own(i, 0) + 1.0;
  }
  const auto joined = with_following_rows<double>(world, shard, std::move(own), more);
  const std::size_t end = std::min(blocks.rows(), shard.first_row + shard.row_count + more);
  ASSERT_EQ(joined.rows(), shard.row_count == 0 ? 0 : end - shard.first_row);
  for (std::size_t i = 0; i < joined.rows(); ++i) {
    EXPECT_EQ(joined(i, 0), 10.0 * static_cast<double>(shard.first_row + i));
    EXPECT_EQ(joined(i, 1), joined(i, 0) + 1.0);
  }
}

TEST(FollowingRows, AreThoseOfAllRanksThatTheyReach) {
  for (const std::size_t more : {0U, 1U, 4U, 9U, 100U}) {
    expect_following(data::Blocks(23, 5), more);
    expect_following(data::Blocks(3, 3), more);  // less than a row for each of four ranks
    expect_following(data::Blocks(9, 2), more);
  }
}

}  // namespace
}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/analysis/trajectory_rows.hpp"

namespace infomax::analysis {
namespace {

/// Each piece has rows of one trajectory, or whole trajectories; together they have all rows once.
void expect_cut(const std::vector<std::size_t>& lengths, std::size_t pieces, std::size_t count) {
  const auto cut = cut_trajectories(lengths, pieces);
  EXPECT_EQ(cut.count, count);
  std::vector<std::size_t> rows_of(cut.count, 0);
  std::size_t next = 0;
  for (const auto& segment : cut.segments) {
    EXPECT_EQ(segment.rows.first, next);
    EXPECT_LE(segment.rows.end(), segment.trajectory_end);
    ASSERT_LT(segment.piece, cut.count);
    rows_of[segment.piece] += segment.rows.count;
    next = segment.rows.end();
  }
  std::size_t all = 0;
  for (const std::size_t length : lengths) {
    all += length;
  }
  EXPECT_EQ(next, all);
  EXPECT_THAT(rows_of, testing::Each(testing::Gt(0U)));
}

TEST(TrajectoryPieces, ArePartsOfOneTrajectoryOrWholeShortOnes) {
  expect_cut({100}, 10, 10);
  expect_cut({103}, 10, 9);
  expect_cut({50, 50}, 4, 4);
  expect_cut({10, 10, 10, 10}, 2, 2);
  expect_cut({60, 3, 4, 60, 3, 0, 60}, 19, 19);
  expect_cut({1, 1, 1}, 8, 3);
  expect_cut({5}, 2, 1);
}

TEST(TrajectoryPieces, HavePairsWithinTrajectoriesAlone) {
  const auto cut = cut_trajectories(std::vector<std::size_t>{7, 2, 4, 9}, 6);
  for (const std::size_t lag : {1U, 2U, 3U, 4U, 8U}) {
    std::size_t expected = 0;
    for (const std::size_t length : {7U, 2U, 4U, 9U}) {
      expected += length > lag ? length - lag : 0;
    }
    EXPECT_EQ(cut.pairs(lag), expected) << lag;
  }
  EXPECT_EQ(cut.pairs(9), 0U);
}

}  // namespace
}  // namespace infomax::analysis

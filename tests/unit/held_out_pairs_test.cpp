// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/held_out_pairs.hpp"

#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"

namespace infomax::data {
namespace {

std::set<std::size_t> rows_of(const LaggedPairs& pairs, const std::vector<Stretch>& stretches) {
  std::set<std::size_t> rows;
  for (const Stretch& stretch : stretches) {
    for (std::size_t pair = stretch.first; pair < stretch.end(); ++pair) {
      for (std::size_t k = 0; k <= pairs.lag(); ++k) {
        rows.insert(pairs.row(pair) + k);
      }
    }
  }
  return rows;
}

void expect_disjoint(const LaggedPairs& pairs, const PairSplit& split) {
  const auto held_out = rows_of(pairs, split.held_out);
  for (const std::size_t row : rows_of(pairs, split.training)) {
    EXPECT_FALSE(held_out.contains(row)) << row;
  }
}

TEST(HeldOutPairs, AreStretchesOfEverySegment) {
  const LaggedPairs pairs({1003}, 3);
  ASSERT_EQ(default_stretches(pairs, 0.1), 10U);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto split = hold_out_stretches(pairs, 0.1, 10, seed);
    expect_disjoint(pairs, split);
    EXPECT_EQ(total(split.held_out), 100U);
    EXPECT_GE(total(split.training), 900U - 10 * 2 * 3);
    for (std::size_t k = 0; k < 10; ++k) {
      EXPECT_EQ(total(cut(split.held_out, 10 * k, 10)), 10U);
      for (const Stretch& piece : cut(split.held_out, 10 * k, 10)) {
        EXPECT_GE(piece.first, 100 * k);
        EXPECT_LE(piece.end(), 100 * (k + 1));
      }
    }
  }
  EXPECT_NE(hold_out_stretches(pairs, 0.1, 10, 1).held_out,
            hold_out_stretches(pairs, 0.1, 10, 2).held_out);
  EXPECT_EQ(hold_out_stretches(pairs, 0.1, 10, 1).held_out,
            hold_out_stretches(pairs, 0.1, 10, 1).held_out);
}

TEST(HeldOutPairs, LoseOnlyWhatStraddlesABorder) {
  const LaggedPairs pairs({50, 40}, 4);
  const auto split = hold_out_stretches(pairs, 0.2, 1, 7);
  ASSERT_EQ(split.held_out.size(), 1U);
  const Stretch held_out = split.held_out.front();
  std::size_t kept = 0;
  for (std::size_t pair = 0; pair < pairs.count(); ++pair) {
    const std::size_t row = pairs.row(pair);
    bool shares = false;
    for (std::size_t other = held_out.first; other < held_out.end(); ++other) {
      const std::size_t begin = pairs.row(other);
      shares = shares || (row <= begin + 4 && begin <= row + 4);
    }
    kept += shares ? 0 : 1;
  }
  EXPECT_EQ(total(split.training), kept);
  expect_disjoint(pairs, split);
}

TEST(HeldOutPairs, AreWholeTrajectoriesWhereThereAreMany) {
  std::vector<std::size_t> lengths;
  for (std::size_t k = 0; k < 80; ++k) {
    lengths.push_back(12 + k % 5);
  }
  const LaggedPairs pairs(lengths, 2);
  const std::size_t stretches = default_stretches(pairs, 0.2);
  EXPECT_EQ(stretches, 10U);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto split = hold_out_stretches(pairs, 0.2, stretches, seed);
    EXPECT_EQ(total(split.training) + total(split.held_out), pairs.count());
    EXPECT_NEAR(static_cast<double>(total(split.held_out)),
                0.2 * static_cast<double>(pairs.count()), 10.0 * 14);
    for (const Stretch& stretch : split.held_out) {
      EXPECT_EQ(pairs.trajectory(stretch.first).first, stretch.first);
      EXPECT_EQ(pairs.trajectory(stretch.end() - 1).end(), stretch.end());
    }
    EXPECT_GE(split.held_out.size(), 5U);
  }
}

TEST(HeldOutPairs, AreFewerStretchesWhereTheLagIsLong) {
  const LaggedPairs pairs({1100}, 100);
  EXPECT_EQ(default_stretches(pairs, 0.4), 2U);
  EXPECT_EQ(default_stretches(pairs, 0.1), 1U);
  expect_disjoint(pairs, hold_out_stretches(pairs, 0.4, 2, 1));
}

TEST(HeldOutPairs, MayBeTheLastAlone) {
  const LaggedPairs pairs({6, 300, 4}, 5);
  const auto split = hold_out_last(pairs, 0.2);
  EXPECT_EQ(split.held_out, (std::vector<Stretch>{{237, 59}}));
  EXPECT_EQ(split.training, (std::vector<Stretch>{{0, 232}}));
}

TEST(HeldOutPairs, RefuseWhatLeavesTooFew) {
  const LaggedPairs pairs({30}, 9);
  EXPECT_THROW((void)hold_out_stretches(pairs, 0.5, 8, 1), UsageError);
  EXPECT_THROW((void)hold_out_stretches(pairs, 0.5, 11, 1), UsageError);
  EXPECT_THROW((void)hold_out_stretches(pairs, 0.5, 0, 1), UsageError);
  EXPECT_THROW((void)hold_out_last(pairs, 0.9), UsageError);
  for (const double fraction : {0.0, 1.0, -0.1}) {
    EXPECT_THROW((void)default_stretches(pairs, fraction), UsageError);
  }
}

}  // namespace
}  // namespace infomax::data

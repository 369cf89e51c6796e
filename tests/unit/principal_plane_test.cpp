// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/principal_plane.hpp"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/data/blocks.hpp"

namespace infomax::analysis {
namespace {

std::vector<std::size_t> all_of(const SampleChoice& choice) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < choice.count(); ++i) {
    chosen.push_back(choice[i]);
  }
  return chosen;
}

TEST(SampleChoice, TakesOneOfEachRunOfConsecutiveSamples) {
  const SampleChoice choice(1003, 50, 7);
  ASSERT_EQ(choice.count(), 50U);
  for (std::size_t i = 0; i < 50; ++i) {
    EXPECT_GE(choice[i], i * 1003 / 50);
    EXPECT_LT(choice[i], (i + 1) * 1003 / 50);
  }
}

TEST(SampleChoice, TakesAllWhereThereAreNoMore) {
  for (const std::size_t most : {5U, 9U}) {
    EXPECT_EQ(all_of(SampleChoice(5, most, 1)), (std::vector<std::size_t>{0, 1, 2, 3, 4}));
  }
}

TEST(SampleChoice, IsAFunctionOfTheSeed) {
  EXPECT_EQ(all_of(SampleChoice(1000, 30, 1)), all_of(SampleChoice(1000, 30, 1)));
  EXPECT_NE(all_of(SampleChoice(1000, 30, 1)), all_of(SampleChoice(1000, 30, 2)));
}

TEST(SampleChoice, ChoosesEverySampleOfARunWithTheSameChance) {
  std::vector<int> counts(4, 0);
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    ++counts[SampleChoice(40, 10, seed)[3] - 12];
  }
  for (const int count : counts) {
    EXPECT_NEAR(count, 1000, 150);  // five standard deviations
  }
}

TEST(SampleChoice, IsDealtToShardsWholeAndOnce) {
  for (const std::size_t most : {1U, 7U, 64U, 1000U}) {
    const SampleChoice choice(131, most, 3);
    const data::Blocks blocks(131, 10);
    for (const int ranks : {1, 2, 3, 10, 13}) {
      std::size_t next = 0;
      for (int rank = 0; rank < ranks; ++rank) {
        const auto shard = blocks.shard(rank, ranks);
        const auto range = choice.of(shard);
        EXPECT_EQ(range.first, next);
        for (std::size_t i = range.first; i < range.first + range.count; ++i) {
          EXPECT_GE(choice[i], shard.first_row);
          EXPECT_LT(choice[i], shard.first_row + shard.row_count);
        }
        next += range.count;
      }
      EXPECT_EQ(next, choice.count());
    }
  }
}

TEST(SampleChoice, CountsBeyondThirtyTwoBits) {
  const std::size_t samples = std::size_t{3} << 40U;
  const SampleChoice choice(samples, 3000, 1);
  EXPECT_LT(choice[2999], samples);
  EXPECT_GE(choice[2999], samples / 3000 * 2999);
}

TEST(PrincipalPlane, HasTheLargestElementsPositiveAndTheSharesOfVariance) {
  // Variances 9 along (3, -4)/5, 1 along (4, 3)/5, 0 in the third column.
  Matrix<double> covariance(3, 3, 0.0);
  covariance(0, 0) = (9 * 9 + 16) / 25.0;
  covariance(0, 1) = covariance(1, 0) = (9 * -12 + 12) / 25.0;
  covariance(1, 1) = (9 * 16 + 9) / 25.0;
  const auto plane = principal_plane(covariance.view());
  ASSERT_EQ(plane.directions.columns(), 2U);
  EXPECT_NEAR(plane.directions(0, 0), -0.6, 1e-12);
  EXPECT_NEAR(plane.directions(1, 0), 0.8, 1e-12);
  EXPECT_NEAR(plane.directions(0, 1), 0.8, 1e-12);
  EXPECT_NEAR(plane.directions(1, 1), 0.6, 1e-12);
  EXPECT_NEAR(plane.shares[0], 0.9, 1e-12);
  EXPECT_NEAR(plane.shares[1], 0.1, 1e-12);
}

TEST(PrincipalPlane, IsOneDirectionForOneColumnAndHasNoSharesWithoutVariance) {
  Matrix<double> covariance(1, 1, 0.0);
  const auto plane = principal_plane(covariance.view());
  ASSERT_EQ(plane.directions.columns(), 1U);
  EXPECT_EQ(plane.directions(0, 0), 1.0);
  EXPECT_EQ(plane.shares, std::vector<double>{0.0});
}

}  // namespace
}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#include "importers/test_rows.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

std::vector<bool> choose(std::size_t rows, double fraction, std::uint64_t seed) {
  TestRows test(rows, fraction, seed);
  std::vector<bool> chosen;
  std::size_t count = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    chosen.push_back(test.take_next());
    count += chosen.back() ? 1 : 0;
  }
  EXPECT_EQ(count, test.count());
  return chosen;
}

TEST(TestRows, AreTheShareRoundedAndNeverAllOrNone) {
  EXPECT_EQ(TestRows(1000, 0.2, 1).count(), 200U);
  EXPECT_EQ(TestRows(7, 0.5, 1).count(), 4U);
  EXPECT_EQ(TestRows(1000, 1e-9, 1).count(), 1U);
  EXPECT_EQ(TestRows(2, 0.99, 1).count(), 1U);
  EXPECT_THROW((void)TestRows(1, 0.5, 1), DataError);
}

TEST(TestRows, FollowTheSeedAlone) {
  EXPECT_EQ(choose(500, 0.3, 7), choose(500, 0.3, 7));
  EXPECT_NE(choose(500, 0.3, 7), choose(500, 0.3, 8));
}

TEST(TestRows, TakeEveryRowEquallyOften) {
  constexpr std::size_t rows = 40;
  constexpr std::size_t seeds = 4000;
  std::vector<double> taken(rows, 0.0);
  std::vector<double> with_first(rows, 0.0);
  for (std::size_t seed = 0; seed < seeds; ++seed) {
    const auto chosen = choose(rows, 0.25, seed);
    for (std::size_t row = 0; row < rows; ++row) {
      taken[row] += chosen[row] ? 1.0 : 0.0;
      with_first[row] += chosen[row] && chosen[0] ? 1.0 : 0.0;
    }
  }
  // Both a row and a pair of rows, within five standard errors of their share.
  const auto near = [&](double count, double share) {
    return std::abs(count - share * seeds) < 5 * std::sqrt(share * (1 - share) * seeds);
  };
  for (std::size_t row = 0; row < rows; ++row) {
    EXPECT_TRUE(near(taken[row], 0.25)) << row;
    EXPECT_TRUE(row == 0 || near(with_first[row], 10.0 * 9.0 / (40.0 * 39.0))) << row;
  }
}

}  // namespace
}  // namespace infomax::importers

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/measure/timing.hpp"

#include <gtest/gtest.h>

namespace infomax::measure {
namespace {

TEST(Spread, OfAnOddNumberHasTheMiddleOneAsMedian) {
  const auto spread = spread_of({5.0, 1.0, 9.0, 2.0, 3.0});
  EXPECT_EQ(spread.median, 3.0);
  EXPECT_EQ(spread.least, 1.0);
  EXPECT_EQ(spread.most, 9.0);
}

TEST(Spread, OfAnEvenNumberHasTheMeanOfTheMiddleTwo) {
  EXPECT_EQ(spread_of({8.0, 1.0, 2.0, 4.0}).median, 3.0);
  EXPECT_EQ(spread_of({7.0}).median, 7.0);
}

TEST(Spread, OfNothingIsZero) {
  const auto spread = spread_of({});
  EXPECT_EQ(spread.median, 0.0);
  EXPECT_EQ(spread.least, 0.0);
  EXPECT_EQ(spread.most, 0.0);
}

}  // namespace
}  // namespace infomax::measure

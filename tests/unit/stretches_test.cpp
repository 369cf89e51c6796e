// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/stretches.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace infomax::data {
namespace {

using Stretches = std::vector<Stretch>;

TEST(Stretches, JoinWhereTheyTouchOrOverlap) {
  Stretches stretches;
  append(stretches, {3, 2});
  append(stretches, {7, 0});
  append(stretches, {5, 4});
  append(stretches, {7, 1});
  append(stretches, {10, 1});
  EXPECT_EQ(stretches, (Stretches{{3, 6}, {10, 1}}));
  EXPECT_EQ(total(stretches), 7U);
}

TEST(Stretches, AreCutByTheirElements) {
  const Stretches stretches{{3, 4}, {10, 1}, {20, 5}};
  EXPECT_EQ(cut(stretches, 0, 10), stretches);
  EXPECT_EQ(cut(stretches, 2, 4), (Stretches{{5, 2}, {10, 1}, {20, 1}}));
  EXPECT_EQ(cut(stretches, 4, 1), (Stretches{{10, 1}}));
  EXPECT_EQ(cut(stretches, 7, 3), (Stretches{{22, 3}}));
  EXPECT_TRUE(cut(stretches, 5, 0).empty());
}

}  // namespace
}  // namespace infomax::data

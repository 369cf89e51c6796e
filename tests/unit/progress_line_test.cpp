// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/progress_line.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace infomax {
namespace {

const std::vector<ProgressField> parts{
    {"epoch 1/10", 2}, {"J 0.5", 4}, {"H(b) 1.5", 1}, {"0:12 left", 3}};

TEST(FittedLine, KeepsTheOrderWhereAllFit) {
  EXPECT_EQ(fitted_line(parts, 1000), "epoch 1/10  J 0.5  H(b) 1.5  0:12 left");
  EXPECT_EQ(fitted_line(parts, 38), "epoch 1/10  J 0.5  H(b) 1.5  0:12 left");
}

TEST(FittedLine, LeavesOutWhatMattersLeast) {
  EXPECT_EQ(fitted_line(parts, 37), "epoch 1/10  J 0.5  0:12 left");
  EXPECT_EQ(fitted_line(parts, 28), "epoch 1/10  J 0.5  0:12 left");
  EXPECT_EQ(fitted_line(parts, 27), "J 0.5  0:12 left");
  EXPECT_EQ(fitted_line(parts, 16), "J 0.5  0:12 left");
  EXPECT_EQ(fitted_line(parts, 15), "J 0.5");
}

TEST(FittedLine, AFieldThatFitsDoesNotReplaceAMoreImportantOneThatDoesNot) {
  // "H(b) 1.5" would fit beside "J 0.5", where "0:12 left" does not.
  EXPECT_EQ(fitted_line(parts, 15), "J 0.5");
}

TEST(FittedLine, CutsTheMostImportantFieldWhereEvenItIsTooLong) {
  EXPECT_EQ(fitted_line(parts, 5), "J 0.5");
  EXPECT_EQ(fitted_line(parts, 3), "J 0");
  EXPECT_EQ(fitted_line(parts, 0), "");
  EXPECT_EQ(fitted_line({}, 10), "");
}

TEST(FittedLine, NeverExceedsTheColumns) {
  for (std::size_t columns = 0; columns < 60; ++columns) {
    EXPECT_LE(fitted_line(parts, columns).size(), columns);
  }
}

}  // namespace
}  // namespace infomax

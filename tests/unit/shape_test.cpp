// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/shape.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"

namespace infomax::nn {
namespace {

TEST(Shape, IsWrittenAsItIsRead) {
  for (const char* text : {"[1]", "[784]", "[3,32,32]", "[T,40]", "[T]"}) {
    EXPECT_EQ(to_string(parse_shape(text)), text);
  }
  EXPECT_EQ(parse_shape("[3,32,32]"), Shape(std::vector<std::size_t>{3, 32, 32}));
  EXPECT_EQ(parse_shape("[7]"), Shape(7));
  EXPECT_NE(parse_shape("[2,3]"), Shape(6));
}

TEST(Shape, HasTheProductOfItsAxesUnlessOneVaries) {
  EXPECT_EQ(parse_shape("[3,32,32]").size(), 3072U);
  EXPECT_EQ(Shape(std::vector<std::size_t>{}).size(), 1U);
  EXPECT_FALSE(parse_shape("[3,32,32]").varies());
  EXPECT_TRUE(parse_shape("[T,40]").varies());
  EXPECT_THROW((void)parse_shape("[T,40]").size(), std::logic_error);
}

TEST(Shape, RefusesOtherTexts) {
  for (const char* text : {"", "[]", "7", "[7", "7]", "[0]", "[-1]", "[3,]", "[,3]", "[t,3]",
                           "[3;4]", "[3, 4]", "[99999999999999999999]"}) {
    EXPECT_THROW((void)parse_shape(text), UsageError) << text;
  }
}

}  // namespace
}  // namespace infomax::nn

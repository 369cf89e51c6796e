// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/image.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"

namespace infomax::data {
namespace {

using Axes = std::vector<std::size_t>;

std::string shape_of(const char* said, const Axes& axes) {
  return to_string(image_shape(said, axes, "/x in made.h5"));
}

TEST(Image, ReadsShapes) {
  const auto planes = parse_image_shape("28x30");
  EXPECT_EQ(planes.height, 28U);
  EXPECT_EQ(planes.width, 30U);
  EXPECT_EQ(planes.channels, 0U);
  EXPECT_EQ(parse_image_shape("32x30x3").channels, 3U);
  for (const char* text : {"28x30", "32x30x3"}) {
    EXPECT_EQ(to_string(parse_image_shape(text)), text);
  }
  EXPECT_EQ(to_string(parse_image_shape("28x30x1")), "28x30");
  for (const char* wrong :
       {"", "28", "x28", "28x", "0x5", "axb", "28x28x", "3x28x28", "2x3x4x5", "28X28", "-1x5",
        "5x5 ", "4294967296x4294967296", "99999999999999999999x1", "4194304x4194304x1048576"}) {
    EXPECT_THROW((void)parse_image_shape(wrong), UsageError) << wrong;
  }
}

TEST(Image, KnowsThePixelOfAFeature) {
  const auto planes = parse_image_shape("2x3");
  const auto beside = parse_image_shape("2x3x3");
  EXPECT_EQ(planes.pixel_of(7), 1U);
  EXPECT_EQ(beside.pixel_of(7), 2U);
}

TEST(Image, TakesWhatAxesSay) {
  EXPECT_EQ(shape_of("", {28, 30}), "28x30");
  EXPECT_EQ(shape_of("", {3, 32, 30}), "32x30");
  EXPECT_EQ(shape_of("", {32, 30, 3}), "32x30x3");
  EXPECT_EQ(shape_of("", {32, 30, 1}), "32x30");
  for (const Axes& open : {Axes{16, 32, 32}, Axes{3, 32, 4}, Axes{784}, Axes{2, 3, 32, 32}}) {
    EXPECT_THROW((void)shape_of("", open), UsageError);
  }
}

TEST(Image, TakesHeightAndWidthToFindTheChannels) {
  EXPECT_EQ(shape_of("32x32", {32, 32, 16}), "32x32x16");
  EXPECT_EQ(shape_of("32x32", {16, 32, 32}), "32x32");
  EXPECT_EQ(shape_of("5x5", {5, 5, 5}), "5x5");
  EXPECT_EQ(shape_of("28x28", {784}), "28x28");
  EXPECT_EQ(shape_of("28x28", {2 * 784}), "28x28");
  EXPECT_EQ(shape_of("28x28x2", {2 * 784}), "28x28x2");
  EXPECT_THROW((void)shape_of("28x28", {785}), UsageError);
  EXPECT_THROW((void)shape_of("28x28x2", {4 * 784}), UsageError);
  EXPECT_THROW((void)shape_of("30x30", {32, 30, 3}), UsageError);
}

}  // namespace
}  // namespace infomax::data

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/split.hpp"

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/data/rows.hpp"

namespace infomax::data {
namespace {

Rows rows_of_shape(std::vector<std::size_t> trailing) {
  Rows rows("/x in made.h5", hdf5::ElementType::u8, std::move(trailing), 0, 2);
  for (std::size_t i = 0; i < rows.bytes().size(); ++i) {
    rows.bytes()[i] = static_cast<std::byte>(i);
  }
  return rows;
}

TEST(Split, ColumnsGoToEitherSideOfTheNumber) {
  const auto split = parse_split("columns:2", "", rows_of_shape({5}));
  EXPECT_EQ(split.first, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(split.second, (std::vector<std::size_t>{2, 3, 4}));
}

TEST(Split, HalvesOfImagesAreWhereTheyLie) {
  const auto sideways = parse_split("image:left,right", "", rows_of_shape({2, 3}));
  EXPECT_EQ(sideways.first, (std::vector<std::size_t>{0, 3}));
  EXPECT_EQ(sideways.second, (std::vector<std::size_t>{1, 2, 4, 5}));
}

TEST(Split, HalvesOfImagesHoldAllTheirChannels) {
  const std::vector<std::size_t> leading{0, 1, 2, 3, 4, 5};
  const auto upright = parse_split("image:top,bottom", "2x2", rows_of_shape({2, 2, 3}));
  EXPECT_EQ(upright.first, (std::vector<std::size_t>{0, 1, 4, 5, 8, 9}));
  const auto beside = parse_split("image:top,bottom", "2x2x3", rows_of_shape({12}));
  EXPECT_EQ(beside.first, leading);
  const auto last = parse_split("image:left,right", "", rows_of_shape({5, 2, 3}));
  EXPECT_EQ((std::vector(last.first.begin(), last.first.begin() + 6)),
            (std::vector<std::size_t>{0, 1, 2, 6, 7, 8}));
  const auto first = parse_split("image:left,right", "", rows_of_shape({3, 5, 6}));
  EXPECT_EQ((std::vector(first.first.begin(), first.first.begin() + 6)),
            (std::vector<std::size_t>{0, 1, 2, 6, 7, 8}));
  EXPECT_EQ(first.first.size(), 45U);
  EXPECT_EQ(first.second.size(), 45U);
}

TEST(Split, RefusesWhatDoesNotFit) {
  for (const char* text : {"columns:0", "columns:5", "columns:x", "columns", "image:left,right",
                           "image:up,down", "rows:3"}) {
    EXPECT_THROW((void)parse_split(text, "", rows_of_shape({5})), UsageError) << text;
  }
  EXPECT_THROW((void)parse_split("image:left,right", "", rows_of_shape({4, 1})), UsageError);
  EXPECT_THROW((void)parse_split("image:left,right", "2x3", rows_of_shape({5})), UsageError);
}

TEST(Rows, SelectKeepsTheChosenColumnsOfEveryRow) {
  const auto selected = rows_of_shape({2, 3}).select_columns(std::vector<std::size_t>{4, 1});
  ASSERT_EQ(selected->features(), 2U);
  ASSERT_EQ(selected->count(), 2U);
  const std::vector<std::byte> expected{std::byte{4}, std::byte{1}, std::byte{10}, std::byte{7}};
  std::vector<std::byte> bytes(selected->size_bytes());
  selected->copy(std::vector<std::size_t>{0, 1}, bytes);
  EXPECT_EQ(bytes, expected);
  EXPECT_EQ(selected->row_number(1), 1U);
}

}  // namespace
}  // namespace infomax::data

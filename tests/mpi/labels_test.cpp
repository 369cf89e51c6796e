// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/labels.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/data/blocks.hpp"
#include "support/memory_rows.hpp"
#include "support/scratch.hpp"

namespace infomax::data {
namespace {

using testing::HasSubstr;

class Labels : public test::SharedScratch {
 protected:
  /// This rank's part; with more ranks than blocks some have none.
  template <class T>
  Rows shard_of(const std::vector<T>& labels, std::size_t columns = 1) {
    const Shard shard = Blocks(labels.size() / columns, 3).shard(world_.rank(), world_.size());
    return test::rows_of(labels, columns, shard.first_row, shard.row_count);
  }
};

TEST_F(Labels, AreCountedOverAllRanks) {
  EXPECT_EQ(class_count(world_, shard_of<std::uint8_t>({0, 1, 2, 9, 3, 0})), 10U);
  EXPECT_EQ(class_count(world_, shard_of<std::int64_t>({0, 0, 0, 0, 0, 65'535})), 65'536U);
}

TEST_F(Labels, ThatAreNoneAreRefusedByRow) {
  const auto complaint = [&](const Rows& rows) {
    return test::message_of<DataError>([&] { (void)class_count(world_, rows); });
  };
  EXPECT_THAT(complaint(shard_of<std::int32_t>({0, 1, 2, 3, -1, -2})),
              HasSubstr("negative label at row 4"));
  EXPECT_THAT(complaint(shard_of<std::int32_t>({0, 1, 2, 3, 4, 65'536})), HasSubstr("65536"));
  EXPECT_THAT(complaint(shard_of<float>({0, 1, 2})), HasSubstr("f32"));
  EXPECT_THAT(complaint(shard_of<std::uint8_t>({0, 1, 2, 3}, 2)), HasSubstr("2 u8 a row"));
}

TEST_F(Labels, OfAnUnseenClassAreRefusedByRow) {
  const Rows rows = shard_of<std::uint8_t>({0, 1, 2, 5, 4, 3});
  EXPECT_NO_THROW(require_labels_below(world_, rows, 6));
  EXPECT_THAT(test::message_of<DataError>([&] { require_labels_below(world_, rows, 4); }),
              HasSubstr("at row 3"));
}

TEST_F(Labels, FewWholeNumbersOfAnyTypeAreClasses) {
  const auto found = [&](const Rows& rows, bool asked = false, std::size_t named = 0) {
    return find_classes(world_, rows, asked, named);
  };
  const auto zero_and_one = found(shard_of<float>({0, 1, 1, 0, 1, 0}));
  ASSERT_TRUE(zero_and_one);
  EXPECT_EQ(zero_and_one->count, 2U);
  EXPECT_TRUE(zero_and_one->numbers.empty());
  EXPECT_TRUE(names_of(*zero_and_one).empty());

  const auto signs = found(shard_of<double>({1, -1, -1, 1, 1, -1}));
  ASSERT_TRUE(signs);
  EXPECT_THAT(signs->numbers, testing::ElementsAre(-1.0, 1.0));
  EXPECT_THAT(names_of(*signs), testing::ElementsAre("-1", "1"));
  EXPECT_EQ(found(shard_of<std::int8_t>({1, -1, -1, 1, 1, -1}))->numbers, signs->numbers);

  // Integers from 0 on are what they were: numbered up to the greatest.
  EXPECT_EQ(found(shard_of<std::int64_t>({5, 3, 5, 3, 5, 3}))->count, 6U);
  EXPECT_EQ(found(shard_of<double>({5, 3, 5, 3, 5, 3}))->count, 2U);
  // Names that are stored say how many there are.
  EXPECT_EQ(found(shard_of<double>({5, 3, 5, 3, 5, 3}), false, 6)->count, 6U);
}

TEST_F(Labels, OtherFloatsAreValuesUnlessClassesAreAskedFor) {
  const auto found = [&](const Rows& rows, bool asked = false) {
    return find_classes(world_, rows, asked);
  };
  EXPECT_FALSE(found(shard_of<double>({0, 1, 1, 0, 1, 0.5})));
  EXPECT_FALSE(found(shard_of<double>({0, 1, 2, 3, 4, 5})));  // hardly any class twice
  EXPECT_FALSE(found(shard_of<double>({0, 1, 0, 1, 0, 1, 0, 1}, 2)));
  EXPECT_EQ(found(shard_of<double>({0, 1, 2, 3, 4, 5}), true)->count, 6U);
  std::vector<double> many(90);
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i] = static_cast<double>(i % 21);
  }
  EXPECT_FALSE(found(shard_of<double>(many)));
  EXPECT_EQ(found(shard_of<double>(many), true)->count, 21U);
  many.resize(60);
  std::ranges::replace(many, 20.0, 0.0);
  EXPECT_EQ(found(shard_of<double>(many))->count, 20U);

  const auto complaint = [&](const Rows& rows, bool asked) {
    return test::message_of<DataError>([&] { (void)found(rows, asked); });
  };
  EXPECT_THAT(complaint(shard_of<double>({0, 1, 1, 0, 1.5, 0.5}), true), HasSubstr("row 4"));
  EXPECT_THAT(complaint(shard_of<double>({0, 1, 1, 0}, 2), true), HasSubstr("2 f64 a row"));
  std::vector<std::int32_t> temperatures(60);
  for (std::size_t i = 0; i < temperatures.size(); ++i) {
    temperatures[i] = 30 - static_cast<std::int32_t>(i);
  }
  EXPECT_THAT(complaint(shard_of<std::int32_t>(temperatures), false),
              testing::AllOf(HasSubstr("negative label at row 31"), HasSubstr("values")));
}

TEST_F(Labels, AreNumberedAsTheClassesAreWhateverTheirType) {
  const NumberedClasses signs{2, {-1.0, 1.0}};
  const Rows integers = shard_of<std::int16_t>({1, -1, -1, 1, 1, -1});
  const std::vector<std::uint32_t> expected{1, 0, 0, 1, 1, 0};
  const auto numbers = class_numbers(world_, integers, signs);
  ASSERT_EQ(numbers.size(), integers.count());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_EQ(numbers[i], expected[integers.first_row() + i]);
  }
  const auto complaint = [&](const Rows& rows, const NumberedClasses& classes) {
    return test::message_of<DataError>([&] { (void)class_numbers(world_, rows, classes); });
  };
  EXPECT_THAT(complaint(shard_of<double>({1, -1, -1, 0, 1, 5}), signs),
              testing::AllOf(HasSubstr("row 3"), HasSubstr("-1, 1")));
  EXPECT_THAT(complaint(shard_of<double>({0, 1, 2, 3, 1, 0}), {3}),
              testing::AllOf(HasSubstr("row 3"), HasSubstr("0 to 2")));
  EXPECT_THAT(complaint(shard_of<double>({0, 1, 2, 2, 1, 0.5}), {3}), HasSubstr("row 5"));
}

}  // namespace
}  // namespace infomax::data

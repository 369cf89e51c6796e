// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/labels.hpp"

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

}  // namespace
}  // namespace infomax::data

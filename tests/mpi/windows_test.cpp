// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/windows.hpp"

#include <numeric>

#include <gtest/gtest.h>

#include "infomax/data/loader.hpp"
#include "infomax/hdf5/file.hpp"
#include "support/scratch.hpp"

namespace infomax::data {
namespace {

TEST(Tiles, AreTheSameRowsWhateverTheNumberOfRanks) {
  const Blocks blocks(103, 7);
  for (const std::size_t most : {1U, 4U, 10U, 1000U, 0U}) {
    std::vector<std::pair<std::size_t, std::size_t>> of_one;
    for (const Tile& tile : tiles_of(blocks, blocks.shard(0, 1), most)) {
      EXPECT_LE(tile.count, most == 0 ? 103 : most);
      of_one.emplace_back(tile.first, tile.count);
    }
    std::size_t next = 0;
    for (const auto& [first, count] : of_one) {
      EXPECT_EQ(first, next);
      next += count;
    }
    EXPECT_EQ(next, 103U);
    for (const int ranks : {2, 3, 10}) {
      std::vector<std::pair<std::size_t, std::size_t>> of_many;
      for (int rank = 0; rank < ranks; ++rank) {
        const Shard shard = blocks.shard(rank, ranks);
        for (const Tile& tile : tiles_of(blocks, shard, most)) {
          of_many.emplace_back(shard.first_row + tile.first, tile.count);
        }
      }
      EXPECT_EQ(of_many, of_one) << ranks << " ranks, at most " << most;
    }
  }
}

using Windows = test::SharedScratch;

/// Every rank's rows in order, by equally many calls everywhere, whatever the sizes.
TEST_F(Windows, AreTheShardInItsOrder) {
  constexpr std::size_t rows = 50;
  on_root([&] {
    auto made = hdf5::File::create(file("data.h5"));
    std::vector<std::int32_t> values(rows * 3);
    std::iota(values.begin(), values.end(), 0);
    made.create_dataset("/x", hdf5::ElementType::i32, {rows, 3})
        .write<std::int32_t>(0, rows, values);
  });
  // Three blocks: unequal shards at 2 ranks, an empty one at 4.
  const Blocks blocks(rows, 3);
  const Shard shard = blocks.shard(world_.rank(), world_.size());
  for (const std::size_t bytes : {1U, 100U, 10'000U}) {
    DatasetFile opened(world_, file("data.h5"));
    std::int64_t calls = 0;
    std::size_t next = shard.first_row;
    for_each_window(world_, opened, "/x", blocks, {.tile_rows = 4, .bytes = bytes},
                    [&](const Rows& window, std::span<const Tile> tiles) {
                      ++calls;
                      std::size_t in_tiles = 0;
                      for (const Tile& tile : tiles) {
                        EXPECT_EQ(tile.first, in_tiles);
                        EXPECT_LE(tile.count, 4U);
                        in_tiles += tile.count;
                      }
                      EXPECT_EQ(in_tiles, window.count());
                      EXPECT_LE(window.count() * 12, std::max<std::size_t>(bytes, 4 * 12));
                      window.with_elements([&](auto elements) {
                        for (std::size_t i = 0; i < window.count(); ++i, ++next) {
                          EXPECT_EQ(static_cast<std::size_t>(elements[3 * i]), 3 * next);
                        }
                      });
                    });
    EXPECT_EQ(next, shard.first_row + shard.row_count);
    EXPECT_EQ(world_.min(calls), world_.max(calls));
    EXPECT_GT(calls, 0);
    opened.close();
  }
}

}  // namespace
}  // namespace infomax::data

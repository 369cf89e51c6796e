// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/sampler.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"

namespace infomax::data {
namespace {

struct Case {
  std::size_t rows;
  std::size_t blocks;
  std::size_t batch;
};

// Batches below, at and above the number of blocks; more blocks than rows; slices that do not
// divide.
const std::vector<Case> cases{{100, 7, 10},   {100, 7, 3},  {97, 24, 5},  {97, 24, 24},
                              {97, 24, 90},   {97, 24, 97}, {97, 24, 0},  {97, 24, 1},
                              {5, 24, 2},     {1, 24, 1},   {1000, 1, 7}, {240, 240, 7},
                              {1003, 17, 100}};

/// The global batch of a step as `ranks` ranks draw it, rank after rank.
std::vector<std::size_t> draw_global(const Case& c, int ranks, std::uint64_t seed,
                                     std::uint64_t epoch, std::size_t step,
                                     const Paging& paging = {}) {
  const Blocks blocks(c.rows, c.blocks);
  std::vector<std::size_t> all;
  for (int rank = 0; rank < ranks; ++rank) {
    const Shard shard = blocks.shard(rank, ranks);
    Sampler sampler(blocks, shard, c.batch, seed, paging);
    const auto drawn = sampler.draw(epoch, step);
    EXPECT_LE(drawn.size(), sampler.largest_local_rows());
    for (const std::size_t local : drawn) {
      EXPECT_LT(local, shard.row_count);
      all.push_back(shard.first_row + local);
    }
  }
  return all;
}

TEST(Sampler, VisitsEveryRowOnceAnEpochInBatchesOfNearlyEqualSize) {
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message()
                 << c.rows << " rows, " << c.blocks << " blocks, batch " << c.batch);
    const Blocks blocks(c.rows, c.blocks);
    Sampler sampler(blocks, blocks.shard(0, 1), c.batch, 5);
    const std::size_t batch = c.batch == 0 ? c.rows : c.batch;
    const std::size_t steps = sampler.steps_per_epoch();
    ASSERT_EQ(steps, (c.rows + batch - 1) / batch);

    std::vector<std::size_t> visited;
    for (std::size_t step = 0; step < steps; ++step) {
      const auto drawn = sampler.draw(2, step);
      EXPECT_EQ(drawn.size(), sampler.global_rows(step));
      EXPECT_GE(drawn.size(), c.rows / steps);
      EXPECT_LE(drawn.size(), (c.rows + steps - 1) / steps);
      std::size_t from_blocks = 0;
      for (std::size_t v = 0; v < c.blocks; ++v) {
        from_blocks += sampler.block_rows(v, step);
      }
      EXPECT_EQ(drawn.size(), from_blocks);
      visited.insert(visited.end(), drawn.begin(), drawn.end());
    }
    std::sort(visited.begin(), visited.end());
    std::vector<std::size_t> every(c.rows);
    std::iota(every.begin(), every.end(), std::size_t{0});
    EXPECT_EQ(visited, every);
  }
}

TEST(Sampler, DrawsTheSameBatchInTheSameOrderForAnyNumberOfRanks) {
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message()
                 << c.rows << " rows, " << c.blocks << " blocks, batch " << c.batch);
    const Blocks blocks(c.rows, c.blocks);
    const std::size_t steps = Sampler(blocks, blocks.shard(0, 1), c.batch, 5).steps_per_epoch();
    for (const std::size_t step : {std::size_t{0}, steps / 2, steps - 1}) {
      const auto alone = draw_global(c, 1, 5, 3, step);
      for (const int ranks : {2, 3, 4, 5, 40}) {
        EXPECT_EQ(draw_global(c, ranks, 5, 3, step), alone) << ranks << " ranks, step " << step;
      }
    }
  }
}

TEST(Sampler, TakesFromAllBlocksEqually) {
  const Blocks blocks(1000, 10);
  const Sampler sampler(blocks, blocks.shard(0, 1), 120, 1);
  for (std::size_t step = 0; step < sampler.steps_per_epoch(); ++step) {
    for (std::size_t v = 0; v < 10; ++v) {
      EXPECT_GE(sampler.block_rows(v, step), 11U);
      EXPECT_LE(sampler.block_rows(v, step), 12U);
    }
  }
}

TEST(Sampler, IsAFunctionOfSeedAndEpoch) {
  const Case c{1000, 10, 100};
  const auto drawn = draw_global(c, 2, 1, 0, 4);
  EXPECT_EQ(draw_global(c, 2, 1, 0, 4), drawn);
  EXPECT_NE(draw_global(c, 2, 2, 0, 4), drawn);
  EXPECT_NE(draw_global(c, 2, 1, 1, 4), drawn);
  EXPECT_NE(draw_global(c, 2, 1, 0, 5), drawn);
}

TEST(Sampler, AnEpochDoesNotDependOnThoseBefore) {
  const Blocks blocks(100, 7);
  Sampler walked(blocks, blocks.shard(0, 1), 10, 1);
  for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
    (void)walked.draw(epoch, 0);
  }
  Sampler jumped(blocks, blocks.shard(0, 1), 10, 1);
  const auto expected = jumped.draw(2, 6);
  const auto drawn = walked.draw(2, 6);
  EXPECT_TRUE(std::equal(drawn.begin(), drawn.end(), expected.begin(), expected.end()));
}

TEST(Sampler, DoesNotMoveItsMemory) {
  const Blocks blocks(97, 24);
  Sampler sampler(blocks, blocks.shard(1, 3), 5, 1);
  const std::size_t* const first = sampler.draw(0, 0).data();
  std::size_t largest = 0;
  for (std::size_t step = 0; step < sampler.steps_per_epoch(); ++step) {
    const auto drawn = sampler.draw(1, step);
    EXPECT_EQ(drawn.data(), first);
    largest = std::max(largest, drawn.size());
  }
  EXPECT_EQ(largest, sampler.largest_local_rows());
}

TEST(Sampler, OneStepTakesAllRowsInTheirOrder) {
  const Blocks blocks(50, 7);
  Sampler sampler(blocks, blocks.shard(0, 1), 0, 1);
  const auto drawn = sampler.draw(3, 0);
  EXPECT_EQ(drawn.size(), 50U);
  EXPECT_TRUE(std::is_sorted(drawn.begin(), drawn.end()));
}

TEST(Sampler, RefusesABatchAboveTheData) {
  const Blocks blocks(60'000);
  try {
    const Sampler sampler(blocks, blocks.shard(0, 1), 100'000, 1);
    FAIL() << "nothing was thrown";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(),
                 "`batch` 100000 is above the data set's 60000 rows; give at most that, or 0 for "
                 "all");
  }
}

/// An epoch's order of one block's rows, as the steps draw them.
std::vector<std::size_t> order_of_block(const Case& c, std::size_t block, const Paging& paging,
                                        std::uint64_t seed = 5, std::uint64_t epoch = 2) {
  const Blocks blocks(c.rows, c.blocks);
  Sampler sampler(blocks, blocks.shard(0, 1), c.batch, seed, paging);
  std::vector<std::size_t> order;
  for (std::size_t step = 0; step < sampler.steps_per_epoch(); ++step) {
    for (const std::size_t row : sampler.draw(epoch, step)) {
      if (row >= blocks.first_row(block) && row < blocks.first_row(block + 1)) {
        order.push_back(row);
      }
    }
  }
  return order;
}

TEST(SamplerWithPages, VisitsEveryRowOnceWindowByWindow) {
  for (const Case& c : cases) {
    const Blocks blocks(c.rows, c.blocks);
    for (const Paging& paging :
         {Paging{1, 1}, Paging{2, 1}, Paging{3, 2}, Paging{7, 1}, Paging{16, 3}, Paging{5000, 1}}) {
      SCOPED_TRACE(testing::Message()
                   << c.rows << " rows, " << c.blocks << " blocks, batch " << c.batch
                   << ", windows of " << paging.window_pages << " pages of " << paging.page_rows);
      for (std::size_t v = 0; v < c.blocks; ++v) {
        const auto order = order_of_block(c, v, paging);
        auto sorted = order;
        std::sort(sorted.begin(), sorted.end());
        std::vector<std::size_t> every(blocks.rows_of(v));
        std::iota(every.begin(), every.end(), blocks.first_row(v));
        ASSERT_EQ(sorted, every);
        // Each page's rows lie within one window of the order.
        std::map<std::size_t, std::pair<std::size_t, std::size_t>> ends;
        for (std::size_t i = 0; i < order.size(); ++i) {
          const auto [found, is_new] = ends.try_emplace(order[i] / paging.page_rows, i, i);
          found->second.second = i;
        }
        for (const auto& [page, places] : ends) {
          EXPECT_LT(places.second - places.first, paging.window_pages * paging.page_rows)
              << "block " << v << " comes back to page " << page;
        }
      }
    }
  }
}

TEST(SamplerWithPages, DrawsTheSameBatchInTheSameOrderForAnyNumberOfRanks) {
  for (const Case& c : cases) {
    const Blocks blocks(c.rows, c.blocks);
    const std::size_t steps = Sampler(blocks, blocks.shard(0, 1), c.batch, 5).steps_per_epoch();
    for (const Paging& paging : {Paging{3, 1}, Paging{2, 4}, Paging{16, 1}}) {
      for (const std::size_t step : {std::size_t{0}, steps / 2, steps - 1}) {
        const auto alone = draw_global(c, 1, 5, 3, step, paging);
        for (const int ranks : {2, 3, 4, 40}) {
          EXPECT_EQ(draw_global(c, ranks, 5, 3, step, paging), alone)
              << c.rows << " rows, " << c.blocks << " blocks, batch " << c.batch << ", pages of "
              << paging.page_rows << ", " << ranks << " ranks, step " << step;
        }
      }
    }
  }
}

TEST(SamplerWithPages, PermutesPagesAndTheRowsWithinThem) {
  const Case c{1000, 2, 50};
  const auto order = order_of_block(c, 1, {10, 1});
  EXPECT_NE(order, order_of_block(c, 1, {10, 1}, 6));
  EXPECT_NE(order, order_of_block(c, 1, {10, 1}, 5, 3));
  EXPECT_NE(order, order_of_block(c, 1, {20, 1}));
  EXPECT_NE(order, order_of_block(c, 1, {10, 2}));
  std::vector<std::size_t> pages;
  std::size_t ordered_pages = 0;
  for (std::size_t first = 0; first < order.size(); first += 10) {
    pages.push_back(order[first] / 10);
    const auto begin = order.begin() + static_cast<std::ptrdiff_t>(first);
    ordered_pages += std::is_sorted(begin, begin + 10) ? 1U : 0U;
  }
  EXPECT_EQ(pages.size(), 50U);
  EXPECT_FALSE(std::is_sorted(pages.begin(), pages.end()));
  EXPECT_EQ(ordered_pages, 0U);
}

TEST(SamplerWithPages, MixesThePagesOfAWindow) {
  const Case c{1000, 1, 50};
  const auto order = order_of_block(c, 0, {10, 4});
  std::set<std::size_t> pages;
  for (std::size_t i = 0; i < 40; ++i) {
    pages.insert(order[i] / 10);
  }
  std::size_t changes = 0;
  for (std::size_t i = 1; i < 40; ++i) {
    changes += order[i] / 10 != order[i - 1] / 10 ? 1U : 0U;
  }
  EXPECT_EQ(pages.size(), 4U);
  EXPECT_GT(changes, 10U);
}

TEST(SamplerWithPages, OfOneWindowABlockHasTheOrderWithoutPages) {
  const Case c{1000, 2, 50};
  const auto plain = order_of_block(c, 1, {});
  EXPECT_EQ(order_of_block(c, 1, {500, 1}), plain);
  EXPECT_EQ(order_of_block(c, 1, {std::size_t{1} << 30U, 1}), plain);
  EXPECT_EQ(order_of_block(c, 1, {7, 1000}), plain);
}

TEST(Sampler, KeepsItsOrderFromVersionToVersion) {
  const Blocks blocks(12, 2);
  Sampler sampler(blocks, blocks.shard(0, 1), 4, 1);
  const auto drawn = sampler.draw(0, 0);
  EXPECT_EQ(std::vector<std::size_t>(drawn.begin(), drawn.end()),
            (std::vector<std::size_t>{3, 4, 8, 6}));
}

}  // namespace
}  // namespace infomax::data

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/chosen_datasets.hpp"

#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"
#include "infomax/data/blocks.hpp"
#include "infomax/data/memory_datasets.hpp"

namespace infomax::data {
namespace {

constexpr std::size_t base_rows = 200;

/// Row i of "/x" is i and 1000 + i; of "/y" 2 i.
class ChosenDatasetsTest : public testing::Test {
 protected:
  ChosenDatasetsTest() : base_(world_), x_(2 * base_rows), y_(base_rows) {
    for (std::size_t i = 0; i < base_rows; ++i) {
      x_[2 * i] = static_cast<float>(i);
      x_[2 * i + 1] = 1000.0F + static_cast<float>(i);
      y_[i] = static_cast<std::int64_t>(2 * i);
    }
    base_.add("/x", std::span<const float>(x_), {2});
    base_.add("/y", std::span<const std::int64_t>(y_));
  }

  /// Compares what this rank gets of the rows in so many blocks with the rows themselves.
  void expect_rows(const RowSet& chosen, std::size_t block_count) {
    ChosenDatasets some(world_, base_, chosen);
    const auto numbers = chosen.numbers(0, chosen.count());
    ASSERT_EQ(some.shape("/x").rows, numbers.size());
    const Blocks blocks(numbers.size(), block_count);
    const auto shard = blocks.shard(world_.rank(), world_.size());
    const Rows x = some.load("/x", shard);
    const Rows y = some.load("/y", shard);
    ASSERT_EQ(x.count(), shard.row_count);
    std::size_t compared = 0;
    x.with_elements([&](auto elements) {
      for (std::size_t i = 0; i < shard.row_count; ++i) {
        const auto row = static_cast<double>(numbers[shard.first_row + i]);
        compared += static_cast<double>(elements[2 * i]) == row &&
                            static_cast<double>(elements[2 * i + 1]) == 1000.0 + row
                        ? 1
                        : 0;
      }
    });
    y.with_elements([&](auto elements) {
      for (std::size_t i = 0; i < shard.row_count; ++i) {
        EXPECT_EQ(static_cast<std::size_t>(elements[i]), 2 * numbers[shard.first_row + i]);
      }
    });
    EXPECT_EQ(compared, shard.row_count);
    EXPECT_EQ(world_.sum(std::uint64_t{compared}), numbers.size());
  }

  mpi::Communicator world_ = mpi::Communicator::world();
  MemoryDatasets base_;
  std::vector<float> x_;
  std::vector<std::int64_t> y_;
};

TEST_F(ChosenDatasetsTest, GiveScatteredRows) {
  RowSet chosen(base_rows);
  const CounterRandom random(3, RandomStream::generation);
  for (std::size_t row = 0; row < base_rows; ++row) {
    if (random.uniform(row) < 0.7) {
      chosen.add({row, 1});
    }
  }
  expect_rows(chosen, 16);
  expect_rows(chosen.others(), 5);
}

TEST_F(ChosenDatasetsTest, GiveRowsOnBothSidesOfALargeGapAndToFewRanks) {
  RowSet chosen(base_rows);
  chosen.add({0, 30});
  chosen.add({170, 30});
  expect_rows(chosen, 3);
  expect_rows(chosen.others(), 1);  // all other ranks are empty
}

TEST_F(ChosenDatasetsTest, AreUnitedOverRanks) {
  RowSet chosen(base_rows);
  for (std::size_t row = static_cast<std::size_t>(world_.rank()); row < base_rows;
       row += static_cast<std::size_t>(world_.size())) {
    if (row % 5 == 0) {
      chosen.add({row, 1});
    }
  }
  chosen.unite(world_);
  ASSERT_EQ(chosen.count(), base_rows / 5);
  expect_rows(chosen, 7);
}

TEST_F(ChosenDatasetsTest, HaveTheirOwnTrajectories) {
  RowSet chosen(base_rows);
  chosen.add({10, 20});
  chosen.add({50, 5});
  ChosenDatasets some(world_, base_, chosen, {"/lengths", {15, 5, 5}});
  ASSERT_TRUE(some.has("/lengths"));
  ASSERT_EQ(some.shape("/lengths").rows, 3U);
  const Rows lengths = some.load("/lengths", {0, 0, 1, 2});
  lengths.with_elements([](auto elements) {
    EXPECT_EQ(static_cast<std::size_t>(elements[0]), 5U);
    EXPECT_EQ(static_cast<std::size_t>(elements[1]), 5U);
  });
}

TEST_F(ChosenDatasetsTest, KeepTheLengthsOfSequences) {
  const std::vector<std::int64_t> offsets{0, 3, 5, 5, 9, 10};
  std::vector<double> steps(10);
  std::iota(steps.begin(), steps.end(), 1.0);
  base_.add("/s", std::span<const double>(steps), {1});
  base_.add("/s_offsets", std::span<const std::int64_t>(offsets));
  RowSet chosen(5);
  chosen.add({0, 1});
  chosen.add({3, 2});
  ChosenDatasets some(world_, base_, chosen);
  EXPECT_FALSE(some.has("/s_offsets"));
  const auto shape = some.shape("/s");
  EXPECT_TRUE(shape.has_lengths);
  EXPECT_EQ(shape.rows, 3U);
  EXPECT_EQ(shape.total_steps, 8U);
  const Blocks blocks(3, 3);
  const auto shard = blocks.shard(world_.rank(), world_.size());
  const Rows rows = some.load("/s", shard);
  const std::vector<std::uint32_t> lengths{3, 4, 1};
  const std::vector<double> firsts{1.0, 6.0, 10.0};
  Matrix<double> out(rows.count(), rows.features());
  std::vector<std::size_t> all(rows.count());
  std::iota(all.begin(), all.end(), std::size_t{0});
  rows.copy(all, std::as_writable_bytes(out.span()));
  for (std::size_t i = 0; i < rows.count(); ++i) {
    EXPECT_EQ(rows.length(i), lengths[shard.first_row + i]);
    EXPECT_EQ(out(i, 0), firsts[shard.first_row + i]);
  }
  EXPECT_EQ(world_.sum(std::uint64_t{rows.count()}), 3U);
}

TEST_F(ChosenDatasetsTest, RefuseDataSetsOfOtherRows) {
  const std::vector<double> few{1.0, 2.0};
  base_.add("/few", std::span<const double>(few));
  ChosenDatasets some(world_, base_, RowSet(base_rows).others());
  EXPECT_THROW((void)some.shape("/few"), DataError);
}

}  // namespace
}  // namespace infomax::data

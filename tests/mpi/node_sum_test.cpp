// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/node_sum.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/random.hpp"
#include "infomax/mpi/communicator.hpp"
#include "support/by_messages.hpp"

namespace infomax::mpi {
namespace {

using testing::Each;
using testing::ElementsAreArray;

/// Ends at a chunk, within one, within a cache line, and where some ranks have no slice.
template <class T>
std::vector<std::size_t> telling_sizes() {
  constexpr std::size_t chunk = NodeSum::chunk_bytes / sizeof(T);
  return {0, 1, 7, 16, 17, 1000, chunk - 1, chunk, chunk + 1, 3 * chunk + 129};
}

/// Of one rank; integers small enough that their sum is exact in any order.
template <class T>
std::vector<T> integers(std::size_t count, std::uint64_t rank) {
  const CounterRandom random(7, RandomStream::pass, rank, 0);
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<T>(std::floor(1000.0 * random.uniform(i)));
  }
  return values;
}

template <class T>
class NodeSums : public testing::Test {};

using Elements = testing::Types<float, double, std::int64_t, std::uint64_t>;
TYPED_TEST_SUITE(NodeSums, Elements);

TYPED_TEST(NodeSums, AreThoseOfEveryRanksValuesOneAfterAnother) {
  using T = TypeParam;
  const auto world = Communicator::world();
  const auto node_sum = NodeSum::make(world.native());
  ASSERT_EQ(node_sum != nullptr, world.size() > 1);
  if (!node_sum) {
    return;
  }
  for (const std::size_t count : telling_sizes<T>()) {
    std::vector<T> expected(count);
    for (int rank = 0; rank < world.size(); ++rank) {
      const auto of_rank = integers<T>(count, static_cast<std::uint64_t>(rank));
      for (std::size_t i = 0; i < count; ++i) {
        expected[i] += of_rank[i];
      }
    }
    auto values = integers<T>(count, static_cast<std::uint64_t>(world.rank()));
    node_sum->sum(std::span<T>(values));
    ASSERT_THAT(values, ElementsAreArray(expected)) << count << " values";
  }
}

TEST(NodeSum, AddsInOrderOfRank) {
  const auto world = Communicator::world();
  const auto node_sum = NodeSum::make(world.native());
  if (!node_sum) {
    GTEST_SKIP() << "one rank";
  }
  constexpr std::size_t count = 100'000;
  const auto of_rank = [](int rank) {
    const CounterRandom random(11, RandomStream::pass, static_cast<std::uint64_t>(rank), 0);
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = static_cast<float>(std::pow(10.0, 8.0 * random.uniform(i) - 4.0));
    }
    return values;
  };
  auto expected = of_rank(0);
  for (int rank = 1; rank < world.size(); ++rank) {
    const auto addends = of_rank(rank);
    for (std::size_t i = 0; i < count; ++i) {
      expected[i] += addends[i];
    }
  }
  auto values = of_rank(world.rank());
  node_sum->sum(std::span<float>(values));
  EXPECT_EQ(values, expected);
}

TEST(NodeSum, PassesOnWhatIsNoNumber) {
  const auto world = Communicator::world();
  std::vector<double> values(5000, 1.0);
  if (world.rank() == world.size() - 1) {
    values[17] = std::numeric_limits<double>::quiet_NaN();
    values[4999] = std::numeric_limits<double>::infinity();
  }
  world.sum(std::span<double>(values));
  EXPECT_TRUE(std::isnan(values[17]));
  EXPECT_EQ(values[4999], std::numeric_limits<double>::infinity());
  EXPECT_EQ(values[18], world.size());
}

TEST(NodeSum, ServesManySumsOfSeveralGroupsByTurns) {
  const auto world = Communicator::world();
  const auto half = world.split(world.rank() % 2);
  for (std::size_t turn = 0; turn < 200; ++turn) {
    std::vector<double> of_all(600 + 1000 * (turn % 3), 1.0 + static_cast<double>(turn));
    std::vector<float> of_half(70'000 * (turn % 2) + 2000, static_cast<float>(turn));
    world.sum(std::span<double>(of_all));
    half.sum(std::span<float>(of_half));
    ASSERT_THAT(of_all, Each(world.size() * (1.0 + static_cast<double>(turn))));
    ASSERT_THAT(of_half, Each(static_cast<float>(half.size()) * static_cast<float>(turn)));
  }
}

TEST(NodeSum, IsNotMadeWhereOneRankCannotHaveTheMemoryAndSumsGoByMessages) {
  const auto world = Communicator::world().duplicate();
  {
    std::optional<test::NoMoreFiles> refused;
    if (world.rank() == world.size() - 1) {
      refused.emplace();
    }
    EXPECT_FALSE(world.sums_in_memory());
  }
  std::vector<std::int64_t> values(10'000, world.rank() + 1);
  world.sum(std::span<std::int64_t>(values));
  EXPECT_THAT(values, Each(world.size() * (world.size() + 1) / 2));
  EXPECT_EQ(Communicator::world().sums_in_memory(), world.size() > 1);
}

}  // namespace
}  // namespace infomax::mpi

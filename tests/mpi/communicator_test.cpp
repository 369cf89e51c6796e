// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/communicator.hpp"

#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace infomax::mpi {
namespace {

/// Lowers the message limit for one test.
class LimitedMessages {
 public:
  explicit LimitedMessages(std::size_t elements) : former_(set_message_limit(elements)) {}
  ~LimitedMessages() { set_message_limit(former_); }
  LimitedMessages(const LimitedMessages&) = delete;
  LimitedMessages& operator=(const LimitedMessages&) = delete;

 private:
  std::size_t former_;
};

template <class T>
class Reductions : public testing::Test {};

using Elements = testing::Types<float, double, std::int64_t, std::uint64_t>;
TYPED_TEST_SUITE(Reductions, Elements);

TYPED_TEST(Reductions, EqualTheirClosedFormsAlsoInManyMessages) {
  using T = TypeParam;
  const auto world = Communicator::world();
  const auto rank = static_cast<std::size_t>(world.rank());
  const auto size = static_cast<std::size_t>(world.size());
  for (const std::size_t limit : {std::size_t{3}, std::size_t{4}, std::size_t{1000}}) {
    const LimitedMessages limited(limit);
    std::vector<T> sums(10);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      sums[i] = static_cast<T>((rank + 1) * (i + 1));
    }
    auto nonblocking = sums;
    auto largest = sums;
    auto smallest = sums;

    world.sum(std::span<T>(sums));
    auto request = world.start_sum(std::span<T>(nonblocking));
    world.max(std::span<T>(largest));
    request.wait();
    world.min(std::span<T>(smallest));

    for (std::size_t i = 0; i < sums.size(); ++i) {
      EXPECT_EQ(sums[i], static_cast<T>(size * (size + 1) / 2 * (i + 1)));
      EXPECT_EQ(nonblocking[i], sums[i]);
      EXPECT_EQ(largest[i], static_cast<T>(size * (i + 1)));
      EXPECT_EQ(smallest[i], static_cast<T>(i + 1));
    }
  }
}

TEST(Exchange, GivesEveryRankItsPieceOfAllAlsoInManyMessages) {
  const auto world = Communicator::world();
  const auto rank = static_cast<std::size_t>(world.rank());
  const auto size = static_cast<std::size_t>(world.size());
  // Rank r sends 3 r + s numbers to rank s, none from 0 to 0.
  const auto count = [](std::size_t from, std::size_t to) { return 3 * from + to; };
  const auto number = [](std::size_t from, std::size_t to, std::size_t i) {
    return static_cast<double>(10000 * from + 100 * to + i);
  };
  for (const std::size_t limit : {std::size_t{2}, std::size_t{1000}}) {
    const LimitedMessages limited(limit);
    std::vector<std::size_t> out_counts;
    std::vector<std::size_t> in_counts;
    std::vector<double> out;
    std::vector<double> expected;
    for (std::size_t other = 0; other < size; ++other) {
      out_counts.push_back(count(rank, other));
      in_counts.push_back(count(other, rank));
      for (std::size_t i = 0; i < out_counts.back(); ++i) {
        out.push_back(number(rank, other, i));
      }
      for (std::size_t i = 0; i < in_counts.back(); ++i) {
        expected.push_back(number(other, rank, i));
      }
    }
    std::vector<double> in(expected.size(), -1.0);
    world.exchange(out, out_counts, in, in_counts);
    EXPECT_EQ(in, expected);
  }
}

TYPED_TEST(Reductions, BroadcastGivesTheRootsValues) {
  using T = TypeParam;
  const auto world = Communicator::world();
  const LimitedMessages limited(4);
  for (int root = 0; root < world.size(); ++root) {
    std::vector<T> values(9, static_cast<T>(world.rank() + 1));
    world.broadcast(std::span<T>(values), root);
    EXPECT_EQ(values, std::vector<T>(9, static_cast<T>(root + 1)));
  }
}

TEST(Communicator, GathersInOrderOfRank) {
  const auto world = Communicator::world();
  const auto gathered = world.gather_all(std::int64_t{10} * world.rank());
  ASSERT_EQ(gathered.size(), static_cast<std::size_t>(world.size()));
  for (std::size_t r = 0; r < gathered.size(); ++r) {
    EXPECT_EQ(gathered[r], static_cast<std::int64_t>(10 * r));
  }
}

TEST(Communicator, BroadcastsTextOfAnyLength) {
  const auto world = Communicator::world();
  const int root = world.size() - 1;
  EXPECT_EQ(world.broadcast(world.rank() == root ? "the last rank's words" : "x", root),
            "the last rank's words");
  EXPECT_EQ(world.broadcast(world.rank() == root ? "" : "not empty", root), "");
}

TEST(Communicator, ReducingNothingIsAllowed) {
  const auto world = Communicator::world();
  std::vector<double> none;
  world.sum(std::span<double>(none));
  world.start_sum(std::span<double>(none)).wait();
  EXPECT_EQ(world.sum(1.0), static_cast<double>(world.size()));
}

TEST(Communicator, DuplicateKeepsItsMessagesApartAndCountsItsOwnTime) {
  const auto world = Communicator::world();
  const auto copy = world.duplicate();
  EXPECT_EQ(copy.rank(), world.rank());
  EXPECT_EQ(copy.size(), world.size());
  EXPECT_NE(copy.native(), world.native());
  copy.barrier();
  EXPECT_GT(copy.collective_s(), 0.0);
}

TEST(Communicator, SplitsIntoRanksOfOneColour) {
  const auto world = Communicator::world();
  const int colour = world.rank() % 2;
  const auto mine = world.split(colour);
  EXPECT_EQ(mine.size(), (world.size() + 1 - colour) / 2);
  EXPECT_EQ(mine.rank(), world.rank() / 2);
  // 0 + 2 + 4 ... or 1 + 3 + 5 ...
  EXPECT_EQ(mine.sum(std::int64_t{world.rank()}), mine.size() * (mine.size() - 1 + colour));
}

TEST(Communicator, IsMadeOnceBesideOneOfTheCaller) {
  const auto world = Communicator::world();
  MPI_Comm callers = MPI_COMM_NULL;
  ASSERT_EQ(MPI_Comm_split(world.native(), world.rank() % 2, 0, &callers), MPI_SUCCESS);
  const auto first = Communicator::beside(callers);
  EXPECT_EQ(first.size(), (world.size() + (world.rank() % 2 == 0 ? 1 : 0)) / 2);
  EXPECT_EQ(first.sum(std::int64_t{1}), first.size());
  EXPECT_NE(first.native(), callers);
  EXPECT_EQ(Communicator::beside(callers).native(), first.native());
  ASSERT_EQ(MPI_Comm_free(&callers), MPI_SUCCESS);
  EXPECT_EQ(first.sum(std::int64_t{1}), first.size());  // a copy outlives the caller's
}

TEST(Communicator, RanksOfOneMachineShareANode) {
  const auto world = Communicator::world();
  EXPECT_EQ(world.split_by_node().size(), world.size());
}

TEST(Communicator, CountsTheBytesItIsGiven) {
  const auto mine = Communicator::world().duplicate();
  const auto copy = mine;
  std::vector<double> ten(10, 1.0);
  std::vector<float> five(5, 1.0F);

  mine.sum(std::span<double>(ten));
  copy.max(std::span<float>(five));
  auto request = mine.start_sum(std::span<float>(five));
  request.wait();
  (void)mine.gather_all(std::int64_t{1});
  (void)mine.broadcast(std::string("four"), 0);

  EXPECT_EQ(mine.collective_bytes(), 10 * 8 + 5 * 4 + 5 * 4 + 8 + (8 + 4));
  EXPECT_EQ(copy.collective_bytes(), mine.collective_bytes());
  EXPECT_EQ(mine.duplicate().collective_bytes(), 0U);
}

}  // namespace
}  // namespace infomax::mpi

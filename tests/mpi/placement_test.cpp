// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/placement.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace infomax::mpi {
namespace {

TEST(Placement, GivesRanksOfANodeNoMoreCoresThanItHas) {
  const auto world = Communicator::world();

  const auto placement = find_placement(world);

  EXPECT_EQ(placement.nodes, 1);
  EXPECT_EQ(placement.local_size, world.size());
  EXPECT_EQ(placement.local_rank, world.rank());
  EXPECT_GE(placement.own_cores, 1);
  EXPECT_LE(placement.own_cores, placement.allowed_cores);
  const auto cores = allowed_cores();
  EXPECT_EQ(static_cast<int>(cores.size()), placement.allowed_cores);
  EXPECT_TRUE(std::ranges::is_sorted(cores));
  // Where nobody is bound, cores are shared equally and their parts rounded down.
  const auto allowed = world.gather_all(std::int64_t{placement.allowed_cores});
  const bool unbound = std::ranges::all_of(allowed, [&](auto n) { return n == allowed.front(); }) &&
                       allowed.front() >= world.size();
  const auto owned = world.sum(std::int64_t{placement.own_cores});
  if (unbound) {
    EXPECT_LE(owned, allowed.front());
    EXPECT_FALSE(placement.oversubscribed);
  } else {
    EXPECT_GE(owned, world.size());
  }
}

}  // namespace
}  // namespace infomax::mpi

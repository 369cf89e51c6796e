// SPDX-License-Identifier: BSD-3-Clause
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/mpi/communicator.hpp"

namespace infomax::mpi {
namespace {

/// The ranks of one job, and not as many jobs of one rank, which a foreign mpiexec would start.
TEST(Harness, RunsEveryRankInOneJob) {
  const Communicator world = Communicator::world();

  const std::vector<std::int64_t> ranks = world.gather_all(std::int64_t{world.rank()});

  ASSERT_EQ(ranks.size(), static_cast<std::size_t>(world.size()));
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    EXPECT_EQ(ranks[rank], static_cast<std::int64_t>(rank));
  }
}

}  // namespace
}  // namespace infomax::mpi

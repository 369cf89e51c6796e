// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/trajectories.hpp"

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"

namespace infomax::data {
namespace {

TEST(LaggedPairs, NeverCrossTheEndOfATrajectory) {
  const LaggedPairs pairs({4, 2, 0, 5}, 2);
  // Rows 0..3, 4..5, 6..10; pairs start at 0, 1 and 6, 7, 8.
  ASSERT_EQ(pairs.count(), 5U);
  std::vector<std::size_t> starts;
  for (std::size_t k = 0; k < pairs.count(); ++k) {
    starts.push_back(pairs.row(k));
  }
  EXPECT_EQ(starts, (std::vector<std::size_t>{0, 1, 6, 7, 8}));
}

TEST(LaggedPairs, OneTrajectoryLosesItsLastRows) {
  const LaggedPairs pairs({10}, 3);
  ASSERT_EQ(pairs.count(), 7U);
  EXPECT_EQ(pairs.row(6), 6U);
}

TEST(LaggedPairs, RefusesLagsThatLeaveNothing) {
  EXPECT_THROW(LaggedPairs({10}, 0), UsageError);
  EXPECT_THROW(LaggedPairs({3, 3}, 3), UsageError);
}

}  // namespace
}  // namespace infomax::data

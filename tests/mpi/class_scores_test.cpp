// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/class_scores.hpp"

#include <gtest/gtest.h>

#include "objective_fixture.hpp"

namespace infomax::analysis {
namespace {

TEST(ClassScores, CountTheRowsOfAllRanks) {
  const auto world = mpi::Communicator::world();
  const std::vector<std::uint32_t> truth{0, 0, 0, 1, 1, 1, 1, 3, 3, 3};
  const std::vector<std::uint32_t> guess{0, 0, 1, 1, 1, 0, 3, 3, 1, 1};
  const test::Share share(world, truth.size());
  const auto part = [&](const std::vector<std::uint32_t>& of) {
    return std::span(of).subspan(share.first, share.count);
  };
  const ClassScores scores = count_scores(world, part(truth), part(guess), 4);

  EXPECT_EQ(scores.rows(), 10U);
  EXPECT_DOUBLE_EQ(scores.accuracy(), 0.5);
  EXPECT_EQ(scores.support, (std::vector<std::uint64_t>{3, 4, 0, 3}));
  EXPECT_DOUBLE_EQ(scores.precision(1), 2.0 / 5.0);
  EXPECT_DOUBLE_EQ(scores.recall(1), 2.0 / 4.0);
  EXPECT_DOUBLE_EQ(scores.f1(1), 2.0 * 0.4 * 0.5 / 0.9);
  EXPECT_EQ(scores.precision(2), 0.0);
  EXPECT_EQ(scores.recall(2), 0.0);
  EXPECT_EQ(scores.confusion(3, 1), 2U);
  EXPECT_EQ(scores.confusion(1, 3), 1U);
  EXPECT_EQ(scores.confusion(2, 2), 0U);
}

TEST(ClassScores, OfManyClassesKeepNoConfusion) {
  const auto world = mpi::Communicator::world();
  const std::vector<std::uint32_t> one{4000};
  const ClassScores scores = count_scores(world, one, one, 5000);
  EXPECT_TRUE(scores.confusion.empty());
  EXPECT_EQ(scores.rows(), static_cast<std::uint64_t>(world.size()));
  EXPECT_DOUBLE_EQ(scores.accuracy(), 1.0);
}

}  // namespace
}  // namespace infomax::analysis

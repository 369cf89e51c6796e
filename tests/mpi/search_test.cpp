// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/optim/search.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "support/scratch.hpp"

namespace infomax::optim {
namespace {

class Search : public testing::Test {
 protected:
  /// Rosenbrock's valley in n variables, of which every rank adds its own terms.
  double valley(std::span<const double> x, std::span<double> g) {
    std::vector<double> sums(1 + x.size(), 0.0);
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
      if (i % static_cast<std::size_t>(world_.size()) == static_cast<std::size_t>(world_.rank())) {
        const double off = x[i + 1] - x[i] * x[i];
        const double left = 1.0 - x[i];
        sums[0] += 100.0 * off * off + left * left;
        sums[1 + i] += -400.0 * x[i] * off - 2.0 * left;
        sums[2 + i] += 200.0 * off;
      }
    }
    world_.sum(std::span<double>(sums));
    std::copy(sums.begin() + 1, sums.end(), g.begin());
    return sums[0];
  }

  SearchFunction function() {
    return [this](std::span<const double> x, std::span<double> g) { return valley(x, g); };
  }

  const mpi::Communicator world_ = mpi::Communicator::world();
};

TEST_F(Search, FindsTheMinimumOnEveryRank) {
  std::vector<double> x(7, -1.0);
  std::uint64_t watched = 0;
  const auto outcome = minimise(world_, x, function(), {.tolerance = 1e-10, .iterations = 500},
                                [&](const SearchPoint& point) {
                                  EXPECT_EQ(point.iteration, ++watched);
                                  return false;
                                });
  EXPECT_EQ(outcome.ending, SearchEnding::converged);
  EXPECT_EQ(watched, world_.is_root() ? outcome.iterations : 0U);
  EXPECT_LT(outcome.relative_norm, 1e-10);
  EXPECT_LT(outcome.f, 1e-18);
  for (const double element : x) {
    EXPECT_NEAR(element, 1.0, 1e-9);
  }
}

TEST_F(Search, EndsWhereTheIterationsOrTheWatcherEndIt) {
  std::vector<double> x(5, -1.0);
  const auto few = minimise(world_, x, function(), {.iterations = 3});
  EXPECT_EQ(few.ending, SearchEnding::enough);
  EXPECT_EQ(few.iterations, 3U);
  const auto watched = minimise(world_, x, function(), {},
                                [](const SearchPoint& point) { return point.iteration == 2; });
  EXPECT_EQ(watched.ending, SearchEnding::enough);
  EXPECT_EQ(watched.iterations, 2U);
  const std::vector<double> before = x;
  EXPECT_EQ(minimise(world_, x, function(), {.iterations = 0}).iterations, 0U);
  EXPECT_EQ(x, before);
}

TEST_F(Search, GoesRoundPointsWithoutAValue) {
  // -ln x + x from 10: the first trial steps leave the domain.
  std::vector<double> x{1e-3};
  const auto outcome = minimise(world_, x,
                                [](std::span<const double> at, std::span<double> g) {
                                  g[0] = 1.0 - 1.0 / at[0];
                                  return at[0] > 0.0 && at[0] < 1.1
                                             ? at[0] - std::log(at[0])
                                             : std::numeric_limits<double>::quiet_NaN();
                                },
                                {.tolerance = 1e-8});
  EXPECT_EQ(outcome.ending, SearchEnding::converged);
  EXPECT_NEAR(x[0], 1.0, 1e-6);
}

TEST_F(Search, AStartWithoutAValueIsAnErrorEverywhere) {
  std::vector<double> x{1.0};
  const auto nothing = [](std::span<const double> /*x*/, std::span<double> g) {
    g[0] = 0.0;
    return std::numeric_limits<double>::quiet_NaN();
  };
  EXPECT_THAT(test::message_of<NumericError>([&] { (void)minimise(world_, x, nothing, {}); }),
              testing::HasSubstr("at its start"));
}

TEST_F(Search, WhatIsThrownOnTheWayReachesEveryRank) {
  std::vector<double> x(5, -1.0);
  int calls = 0;
  const auto breaking = [&](std::span<const double> at, std::span<double> g) {
    if (++calls == 4) {
      throw DataError("the fourth point");
    }
    return valley(at, g);
  };
  EXPECT_THAT(test::message_of<DataError>([&] { (void)minimise(world_, x, breaking, {}); }),
              testing::HasSubstr("the fourth point"));
  const auto full = [](const SearchPoint& /*point*/) -> bool { throw SystemError("disk full"); };
  EXPECT_THAT(
      test::message_of<SystemError>([&] { (void)minimise(world_, x, function(), {}, full); }),
      testing::HasSubstr("disk full"));
}

}  // namespace
}  // namespace infomax::optim

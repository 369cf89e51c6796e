// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/optim/search.hpp"

#include <algorithm>
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

TEST_F(Search, TakesNoMoreEvaluationsThanItsPredecessor) {
  const auto evaluations = [&](std::size_t variables, double tolerance) {
    std::vector<double> x(variables, -1.0);
    return minimise(world_, x, function(), {.tolerance = tolerance, .iterations = 2000})
        .evaluations;
  };
  EXPECT_LE(evaluations(5, 1e-7), 60U);
  EXPECT_LE(evaluations(7, 1e-10), 71U);
  EXPECT_LE(evaluations(7, 0.0), 115U);
}

TEST_F(Search, EndsWhereRoundingErrorsHideEveryGain) {
  std::vector<double> x(100, -1.0);
  const auto outcome = minimise(
      world_, x,
      [this](std::span<const double> at, std::span<double> g) { return 1000.0 + valley(at, g); },
      {.tolerance = 0.0, .iterations = 2000});
  EXPECT_LT(outcome.iterations, 1000U);
  EXPECT_TRUE(outcome.ending == SearchEnding::rounding || outcome.relative_norm == 0.0);
  EXPECT_LT(outcome.relative_norm, 1e-10);
}

TEST_F(Search, ComesBackFromValuesThatAreFarTooHigh) {
  // x - ln(x) / 5 from 1e-3: the first trial step leaves the domain.
  std::vector<double> x{1e-3};
  std::size_t outside = 0;
  const auto outcome = minimise(world_, x,
                                [&](std::span<const double> at, std::span<double> g) {
                                  const bool inside = at[0] > 0.0 && at[0] < 0.5;
                                  outside += inside ? 0U : 1U;
                                  g[0] = inside ? 1.0 - 0.2 / at[0] : 1e300;
                                  return inside ? at[0] - 0.2 * std::log(at[0]) : 1e300;
                                },
                                {.tolerance = 1e-8});
  EXPECT_GT(outside, 0U);
  EXPECT_EQ(outcome.ending, SearchEnding::converged);
  EXPECT_NEAR(x[0], 0.2, 1e-8);
}

/// A problem on the root's x, which notes the state after some iteration.
class Valley final : public SearchProblem {
 public:
  Valley(const mpi::Communicator& communicator, const SearchFunction& function, SearchState& state)
      : communicator_(&communicator), function_(&function), state_(&state) {}

  double evaluate(std::span<const double> x, std::span<double> g) override {
    std::vector<double> at(9);
    std::vector<double> slopes(at.size());
    std::ranges::copy(x, at.begin());
    communicator_->broadcast(std::span<double>(at), 0);
    const double f = (*function_)(at, slopes);
    if (communicator_->is_root()) {
      std::ranges::copy(slopes, g.begin());
    }
    return f;
  }

  bool iterated(const SearchPoint& point) override {
    EXPECT_EQ(point.x.empty(), !communicator_->is_root());
    if (communicator_->is_root() && point.iteration == note_after) {
      noted = *state_;
    }
    return false;
  }

  std::uint64_t note_after = 0;
  SearchState noted;

 private:
  const mpi::Communicator* communicator_;
  const SearchFunction* function_;
  SearchState* state_;
};

TEST_F(Search, GoesOnFromItsStateToTheSameBits) {
  const SearchFunction valley_function = function();
  const SearchOptions options{.history = 4, .tolerance = 1e-9, .iterations = 500};
  const std::vector<double> start(9, -1.0);
  for (const std::uint64_t after : {1U, 3U, 4U, 17U}) {
    SearchState whole;
    if (world_.is_root()) {
      whole = SearchState(start, options.history);
    }
    Valley problem(world_, valley_function, whole);
    problem.note_after = after;
    const auto expected = minimise(world_, problem, whole, options);

    SearchState resumed = problem.noted;
    Valley rest(world_, valley_function, resumed);
    const auto outcome = minimise(world_, rest, resumed, options);

    EXPECT_EQ(outcome.ending, SearchEnding::converged);
    EXPECT_EQ(outcome.iterations, expected.iterations);
    EXPECT_LT(outcome.evaluations, expected.evaluations);
    EXPECT_EQ(resumed.x, whole.x);
    EXPECT_EQ(resumed.g, whole.g);
  }
}

TEST_F(Search, GoesAnotherWayWithAnotherHistoryOnceItIsFull) {
  const auto end = [&](std::size_t history, std::uint64_t iterations) {
    std::vector<double> x(9, -1.0);
    const auto outcome = minimise(world_, x, function(),
                                  {.history = history, .tolerance = 0.0, .iterations = iterations});
    EXPECT_EQ(outcome.iterations, iterations);
    return x;
  };
  EXPECT_EQ(end(2, 3), end(10, 3));
  EXPECT_NE(end(2, 4), end(10, 4));
  EXPECT_NE(end(1, 4), end(2, 4));
}

TEST_F(Search, FindsTheMinimumWithTheShortestHistory) {
  std::vector<double> x(9, -1.0);
  const auto outcome =
      minimise(world_, x, function(), {.history = 1, .tolerance = 1e-10, .iterations = 2000});
  EXPECT_EQ(outcome.ending, SearchEnding::converged);
  EXPECT_LT(outcome.f, 1e-18);
}

TEST_F(Search, StopsWhereTheGradientIsNotThatOfTheFunction) {
  std::vector<double> x{1.0, 1.0};
  const auto outcome = minimise(world_, x,
                                [](std::span<const double> at, std::span<double> g) {
                                  g[0] = g[1] = -1.0;
                                  return at[0] + at[1];
                                },
                                {});
  EXPECT_EQ(outcome.ending, SearchEnding::stuck);
  EXPECT_EQ(outcome.iterations, 0U);
  EXPECT_DOUBLE_EQ(outcome.expected_gain, 1.0);
  EXPECT_EQ(x, (std::vector<double>{1.0, 1.0}));
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

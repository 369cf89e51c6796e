// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/lag_timescales.hpp"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/analysis/held_out_correlations.hpp"
#include "infomax/core/random.hpp"
#include "infomax/objective/canonical_fit.hpp"

namespace infomax::analysis {
namespace {

constexpr std::size_t steps = 903;
constexpr std::size_t lag = 2;

/// Two independent autoregressive columns, x_{t+1} = c x_t + noise, with timescales -1 / ln c.
Matrix<double> trajectory() {
  const CounterRandom random(3, RandomStream::generation);
  Matrix<double> x(steps, 2, 0.0);
  for (std::size_t t = 1; t < steps; ++t) {
    x(t, 0) = 0.9 * x(t - 1, 0) + random.normal(2 * t);
    x(t, 1) = 0.5 * x(t - 1, 1) + random.normal(2 * t + 1);
  }
  return x;
}

class LagTimescalesTest : public testing::Test {
 protected:
  LagTimescalesTest() {
    for (std::size_t i = 0; i < shard_.row_count; ++i) {
      for (std::size_t j = 0; j < 2; ++j) {
        a_(i, j) = x_(shard_.first_row + i, j);
        b_(i, j) = x_(shard_.first_row + i + lag, j);
      }
    }
  }

  [[nodiscard]] LagTimescales estimate(const TimescaleOptions& options) const {
    return estimate_timescales<double>(world_, {a_rows_, b_rows_}, blocks_, shard_, lag, {},
                                       options);
  }

  const mpi::Communicator world_ = mpi::Communicator::world();
  const Matrix<double> x_ = trajectory();
  // Of five blocks, so that four ranks have unequal shares.
  const data::Blocks blocks_{steps - lag, 5};
  const data::Shard shard_ = blocks_.shard(world_.rank(), world_.size());
  Matrix<double> a_{shard_.row_count, 2};
  Matrix<double> b_{shard_.row_count, 2};
  const stats::MatrixRows<double> a_rows_{a_.view()};
  const stats::MatrixRows<double> b_rows_{b_.view()};
};

TEST_F(LagTimescalesTest, AreThoseOfTheCanonicalFit) {
  const auto found = estimate({.replicates = 0});
  const auto fit = objective::fit_canonical<double>(world_, {a_rows_, b_rows_}, {});
  const auto expected = implied_timescales(fit.correlations, lag);
  EXPECT_EQ(found.lag, lag);
  ASSERT_EQ(found.timescales.size(), 2U);
  for (std::size_t c = 0; c < 2; ++c) {
    EXPECT_NEAR(found.timescales[c], expected[c], 1e-9 * expected[c]);
  }
  EXPECT_TRUE(found.low.empty());
  EXPECT_TRUE(found.high.empty());
}

/// 901 pairs say much of these processes, so that an interval holds the truth and little else.
TEST_F(LagTimescalesTest, IntervalsHoldTheTruthAndAreNarrow) {
  const auto found = estimate({.seed = 4});
  ASSERT_EQ(found.low.size(), 2U);
  const std::vector<double> truth{-1.0 / std::log(0.9), -1.0 / std::log(0.5)};
  for (std::size_t c = 0; c < 2; ++c) {
    EXPECT_LT(found.low[c], found.timescales[c]);
    EXPECT_GT(found.high[c], found.timescales[c]);
    EXPECT_LT(found.low[c], truth[c]);
    EXPECT_GT(found.high[c], truth[c]);
    EXPECT_LT(found.high[c] - found.low[c], truth[c]);
  }
}

/// Of columns that are noise, drawn pieces have larger correlations than all pairs.
TEST_F(LagTimescalesTest, IntervalsHoldTheEstimateOfNoiseToo) {
  const CounterRandom random(8, RandomStream::generation);
  Matrix<double> a(shard_.row_count, 9);
  Matrix<double> b(shard_.row_count, 9);
  for (std::size_t i = 0; i < shard_.row_count; ++i) {
    for (std::size_t j = 0; j < 9; ++j) {
      const std::size_t number = 9 * (shard_.first_row + i) + j;
      a(i, j) = random.normal(2 * number);
      b(i, j) = random.normal(2 * number + 1);
    }
  }
  const stats::MatrixRows<double> a_rows(a.view());
  const stats::MatrixRows<double> b_rows(b.view());
  const auto found =
      estimate_timescales<double>(world_, {a_rows, b_rows}, blocks_, shard_, lag, {}, {});
  ASSERT_EQ(found.low.size(), 6U);
  for (std::size_t c = 0; c < 6; ++c) {
    EXPECT_LT(found.low[c], found.timescales[c]);
    EXPECT_GT(found.high[c], found.timescales[c]);
  }
}

TEST_F(LagTimescalesTest, IntervalsAreKeyedByTheSeed) {
  const auto one = estimate({.seed = 1});
  const auto again = estimate({.seed = 1});
  const auto other = estimate({.seed = 2});
  EXPECT_EQ(one.low, again.low);
  EXPECT_EQ(one.high, again.high);
  EXPECT_NE(one.low, other.low);
  EXPECT_EQ(one.timescales, other.timescales);
}

TEST(LagsAbout, HoldTheLagOfTheModel) {
  EXPECT_THAT(lags_about(10), testing::ElementsAre(1, 2, 5, 10, 20, 50));
  EXPECT_THAT(lags_about(7), testing::ElementsAre(1, 2, 5, 7, 10, 20));
  EXPECT_THAT(lags_about(1), testing::ElementsAre(1, 2, 5));
}

}  // namespace
}  // namespace infomax::analysis

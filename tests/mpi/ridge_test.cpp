// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/ridge.hpp"

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/data/blocks.hpp"
#include "objective_fixture.hpp"
#include "support/scratch.hpp"

namespace infomax::analysis {
namespace {

constexpr std::size_t ridge_rows = 61;
constexpr double l2 = 0.05;

class Ridge : public testing::Test {
 protected:
  const mpi::Communicator world_ = mpi::Communicator::world();
  const reference::Sides global_ = reference::keyed_sides(ridge_rows, 5, 2, 9);
  const test::Share share_{world_, ridge_rows};
  const Matrix<double> x_ = test::local_rows<double>(global_.a, share_);
  const Matrix<double> y_ = test::local_rows<double>(global_.b, share_);
  const stats::MatrixRows<double> x_rows_{x_.view()};
  const stats::MatrixRows<double> y_rows_{y_.view()};

  [[nodiscard]] double predicted(const RidgeFit& fit, std::size_t row, std::size_t target) const {
    double value = fit.mean_y[target];
    for (std::size_t j = 0; j < fit.mean_x.size(); ++j) {
      value += (static_cast<double>(global_.a[row][j]) - fit.mean_x[j]) * fit.weights(j, target);
    }
    return value;
  }
};

/// Where the derivatives of the convex function vanish is its minimum.
TEST_F(Ridge, FitIsTheMinimum) {
  const RidgeFit fit = fit_ridge(world_, x_rows_, y_rows_, l2);
  for (std::size_t t = 0; t < 2; ++t) {
    double by_mean = 0.0;
    for (std::size_t i = 0; i < ridge_rows; ++i) {
      by_mean += predicted(fit, i, t) - static_cast<double>(global_.b[i][t]);
    }
    EXPECT_NEAR(by_mean / ridge_rows, 0.0, 1e-12);
    for (std::size_t j = 0; j < 5; ++j) {
      double slope = l2 * fit.weights(j, t);
      for (std::size_t i = 0; i < ridge_rows; ++i) {
        slope += (predicted(fit, i, t) - static_cast<double>(global_.b[i][t])) *
                 static_cast<double>(global_.a[i][j]) / ridge_rows;
      }
      EXPECT_NEAR(slope, 0.0, 1e-11) << "feature " << j << ", target " << t;
    }
  }
}

TEST_F(Ridge, ScoresAreThoseOfTheDefinition) {
  const RidgeFit fit = fit_ridge(world_, x_rows_, y_rows_, l2);
  const RegressionScores scores = score(world_, fit, x_rows_, y_rows_);
  ASSERT_EQ(scores.r2.size(), 2U);
  for (std::size_t t = 0; t < 2; ++t) {
    double mean = 0.0;
    for (std::size_t i = 0; i < ridge_rows; ++i) {
      mean += static_cast<double>(global_.b[i][t]) / ridge_rows;
    }
    double variance = 0.0;
    double mse = 0.0;
    for (std::size_t i = 0; i < ridge_rows; ++i) {
      const auto y = static_cast<double>(global_.b[i][t]);
      variance += (y - mean) * (y - mean) / ridge_rows;
      mse += (y - predicted(fit, i, t)) * (y - predicted(fit, i, t)) / ridge_rows;
    }
    EXPECT_NEAR(scores.mse[t], mse, 1e-12);
    EXPECT_NEAR(scores.r2[t], 1.0 - mse / variance, 1e-12);
  }
  EXPECT_NEAR(scores.mean_r2, (scores.r2[0] + scores.r2[1]) / 2.0, 1e-15);
}

/// Where ridge_rows have the parts that every number of ranks has, so are the bits.
TEST_F(Ridge, WithPartsTheBitsAreTheSameOnAnyNumberOfRanks) {
  const data::Blocks blocks(ridge_rows, 7);
  const auto found_by = [&](const mpi::Communicator& communicator) {
    const auto shard = blocks.shard(communicator.rank(), communicator.size());
    test::Share share(communicator, ridge_rows);
    share.first = shard.first_row;
    share.count = shard.row_count;
    const Matrix<double> x = test::local_rows<double>(global_.a, share);
    const Matrix<double> y = test::local_rows<double>(global_.b, share);
    const stats::MatrixRows<double> x_rows(x.view());
    const stats::MatrixRows<double> y_rows(y.view());
    stats::RowParts parts;
    for (std::size_t v = shard.first_block; v < shard.first_block + shard.block_count; ++v) {
      parts.ends.push_back(blocks.first_row(v + 1) - shard.first_row);
    }
    const auto fit = RidgeRegression(communicator, x_rows, y_rows, &parts).fit(l2);
    const auto scores = score(communicator, fit, x_rows, y_rows, &parts);
    std::vector<double> numbers(fit.weights.span().begin(), fit.weights.span().end());
    numbers.insert(numbers.end(), scores.mse.begin(), scores.mse.end());
    return numbers;
  };
  EXPECT_EQ(found_by(world_), found_by(world_.split(world_.rank())));
}

TEST_F(Ridge, OneMeasurementServesManyPenalties) {
  const RidgeRegression regression(world_, x_rows_, y_rows_);
  for (const double penalty : {l2, 10.0, 1e-6}) {
    const RidgeFit alone = fit_ridge(world_, x_rows_, y_rows_, penalty);
    const RidgeFit fit = regression.fit(penalty);
    for (std::size_t k = 0; k < fit.weights.size(); ++k) {
      EXPECT_EQ(fit.weights.span()[k], alone.weights.span()[k]);
    }
  }
  const RegressionScores once = score(world_, regression.fit(l2), x_rows_, y_rows_);
  const RegressionScores mean =
      mean_of({once, score(world_, regression.fit(10.0), x_rows_, y_rows_)});
  EXPECT_LT(mean.r2[0], once.r2[0]);
  EXPECT_NEAR(mean.mean_r2, (mean.r2[0] + mean.r2[1]) / 2.0, 1e-15);
}

/// The mean of equal numbers is not always that number, so their variance is not always 0.
TEST_F(Ridge, OfAConstantTargetTheScoreIsOneOrZero) {
  const RidgeFit of_others = fit_ridge(world_, x_rows_, y_rows_, l2);
  for (int k = 1; k <= 20; ++k) {
    const Matrix<double> constant(share_.count, 2, 0.1 * k);
    const stats::MatrixRows<double> constant_rows(constant.view());
    EXPECT_EQ(score(world_, of_others, x_rows_, constant_rows).mean_r2, 0.0) << k;
    const RidgeFit fit = fit_ridge(world_, x_rows_, constant_rows, l2);
    EXPECT_EQ(score(world_, fit, x_rows_, constant_rows).mean_r2, 1.0) << k;
  }
}

/// The variance is that of the scored ridge_rows, also where these lie far from the fitted ones.
TEST_F(Ridge, ScoresOfRowsFarFromTheFittedOnesKeepTheirDigits) {
  const RidgeFit fit = fit_ridge(world_, x_rows_, y_rows_, l2);
  const RegressionScores near = score(world_, fit, x_rows_, y_rows_);
  Matrix<double> moved = y_;
  for (std::size_t i = 0; i < moved.rows(); ++i) {
    for (std::size_t t = 0; t < 2; ++t) {
      moved(i, t) += 0x1p30;
    }
  }
  const RegressionScores far = score(world_, fit, x_rows_, stats::MatrixRows<double>(moved.view()));
  for (std::size_t t = 0; t < 2; ++t) {
    const double variance = near.mse[t] / (1.0 - near.r2[t]);
    EXPECT_NEAR((1.0 - far.r2[t]) * variance / far.mse[t], 1.0, 1e-5);
  }
}

TEST_F(Ridge, FeaturesWithoutVariationNeedAPenalty) {
  const Matrix<double> flat(share_.count, 2, 3.0);
  const stats::MatrixRows<double> flat_rows(flat.view());
  (void)test::message_of<NumericError>([&] { (void)fit_ridge(world_, flat_rows, y_rows_, 0.0); });
  const RidgeFit fit = fit_ridge(world_, flat_rows, y_rows_, l2);
  EXPECT_NEAR(score(world_, fit, flat_rows, y_rows_).mean_r2, 0.0, 1e-12);
}

}  // namespace
}  // namespace infomax::analysis

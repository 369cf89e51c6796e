// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/koopman.hpp"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/analysis/held_out_correlations.hpp"
#include "infomax/math/lapack.hpp"

namespace infomax::analysis {
namespace {

using testing::DoubleNear;
using testing::Pointwise;

Matrix<double> matrix_of(std::size_t rows, const std::vector<double>& values) {
  Matrix<double> matrix(rows, values.size() / rows);
  std::copy(values.begin(), values.end(), matrix.data());
  return matrix;
}

/// Two states, left with the probabilities a and b: the eigenvalues are 1 and 1 - a - b, and the
/// stationary distribution is b : a.
constexpr double leave_first = 0.02;
constexpr double leave_second = 0.06;

Matrix<double> chain_of_two() {
  return matrix_of(2, {1.0 - leave_first, leave_first, leave_second, 1.0 - leave_second});
}

TEST(Koopman, TurnsMomentsOfAChainIntoItsTransitions) {
  const Matrix<double> chain = chain_of_two();
  const std::vector<double> shares{0.75, 0.25};
  const Matrix<double> c00 = matrix_of(2, {shares[0], 0.0, 0.0, shares[1]});
  Matrix<double> c0t = chain;
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      c0t(i, j) *= shares[i];
    }
  }
  const auto found = koopman_matrix(c00.view(), c0t.view());
  EXPECT_EQ(found.rank, 2U);
  EXPECT_THAT(found.matrix.span(), Pointwise(DoubleNear(1e-14), chain.span()));
  const auto magnitudes = eigenvalue_magnitudes(found, true, 5);
  ASSERT_EQ(magnitudes.size(), 1U);
  EXPECT_NEAR(magnitudes[0], 1.0 - leave_first - leave_second, 1e-14);
  EXPECT_NEAR(implied_timescales(magnitudes, 3)[0], -3.0 / std::log(0.92), 1e-11);
  EXPECT_THAT(stationary_distribution(found.matrix.view()).value(),
              Pointwise(DoubleNear(1e-13), shares));
}

/// A cycle of three states, which turns mostly one way, has two conjugate eigenvalues.
TEST(Koopman, TakesTheMagnitudeOfComplexEigenvalues) {
  const KoopmanMatrix cycle{matrix_of(3, {0.7, 0.3, 0.0, 0.0, 0.7, 0.3, 0.3, 0.0, 0.7}), 3};
  const double magnitude = std::hypot(0.7 - 0.15, 0.3 * std::sqrt(0.75));
  const auto all = math::eigenvalues(cycle.matrix.view());
  ASSERT_EQ(all.size(), 3U);
  EXPECT_NEAR(std::abs(all[0] - 1.0), 0.0, 1e-13);
  EXPECT_NEAR(std::abs(all[1] - std::conj(all[2])), 0.0, 1e-13);
  EXPECT_THAT(eigenvalue_magnitudes(cycle, true, 2),
              Pointwise(DoubleNear(1e-13), std::vector<double>{magnitude, magnitude}));
  EXPECT_EQ(eigenvalue_magnitudes(cycle, false, 2).size(), 2U);
  EXPECT_NEAR(eigenvalue_magnitudes(cycle, false, 1)[0], 1.0, 1e-13);
}

/// The second feature is twice the first one, so that one direction is known only.
TEST(Koopman, LeavesOutDirectionsInWhichNothingVaries) {
  const Matrix<double> c00 = matrix_of(2, {1.0, 2.0, 2.0, 4.0});
  const Matrix<double> c0t = matrix_of(2, {0.5, 1.0, 1.0, 2.0});
  const auto found = koopman_matrix(c00.view(), c0t.view());
  EXPECT_EQ(found.rank, 1U);
  const auto magnitudes = eigenvalue_magnitudes(found, false, 2);
  EXPECT_THAT(magnitudes, Pointwise(DoubleNear(1e-12), std::vector<double>{0.5, 0.0}));
  EXPECT_EQ(magnitudes[1], 0.0);
}

/// What rounding leaves of a 0 has no timescale.
TEST(Koopman, TakesRoundingForNothing) {
  const std::vector<double> values{1.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 1e-7};
  const auto of_rank = [&](std::size_t rank, double last) {
    KoopmanMatrix k{matrix_of(3, values), rank};
    k.matrix(2, 2) = last;
    return eigenvalue_magnitudes(k, true, 2);
  };
  EXPECT_EQ(of_rank(3, 1e-7), (std::vector<double>{0.5, 1e-7}));
  EXPECT_EQ(of_rank(2, 1e-7), (std::vector<double>{0.5, 0.0}));
  EXPECT_EQ(of_rank(3, -1e-12), (std::vector<double>{0.5, 0.0}));
  EXPECT_EQ(of_rank(1, 1e-7), (std::vector<double>{0.0, 0.0}));
  EXPECT_EQ(implied_timescales(std::vector<double>{0.0}, 5)[0], 0.0);
}

}  // namespace
}  // namespace infomax::analysis

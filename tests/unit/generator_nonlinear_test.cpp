// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "generators/generator_support.hpp"
#include "infomax/core/error.hpp"
#include "infomax/generators/generator.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/math/lapack.hpp"
#include "support/scratch.hpp"
#include "support/unmix.hpp"

namespace infomax::generators {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  double sums[5] = {};
  for (std::size_t i = 0; i < a.size(); ++i) {
    sums[0] += a[i];
    sums[1] += b[i];
    sums[2] += a[i] * a[i];
    sums[3] += b[i] * b[i];
    sums[4] += a[i] * b[i];
  }
  return (sums[4] - sums[0] * sums[1] / n) /
         std::sqrt((sums[2] - sums[0] * sums[0] / n) * (sums[3] - sums[1] * sums[1] / n));
}

std::vector<double> column(const Matrix<double>& rows, std::size_t j) {
  std::vector<double> result(rows.rows());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    result[i] = rows(i, j);
  }
  return result;
}

/// s = 2 ln|u| + 1/2.
std::vector<double> revealed(std::vector<double> u) {
  for (double& element : u) {
    element = 2.0 * std::log(std::abs(element)) + 0.5;
  }
  return u;
}

class NonlinearViewsTest : public test::Scratch {};

TEST_F(NonlinearViewsTest, HideNormalPairsOfTheCorrelationsAskedFor) {
  constexpr std::size_t rows = 20'000;
  const NonlinearViews wanted{rows, 6, 5, {0.9, -0.6}, 4};
  generate_nonlinear_views(wanted, file("v.h5"));
  const hdf5::File opened = hdf5::File::open(file("v.h5"));
  const auto u = test::unmixed(opened, "/x", random_map(4, Purpose::x_map, 6));
  const auto v = test::unmixed(opened, "/y", random_map(4, Purpose::y_map, 5));

  const double error = 1.0 / std::sqrt(static_cast<double>(rows));
  for (std::size_t j = 0; j < u.columns(); ++j) {
    for (std::size_t k = 0; k < v.columns(); ++k) {
      // Linear functions of the views are uncorrelated; products of columns of kurtosis e at most.
      EXPECT_NEAR(correlation(column(u, j), column(v, k)), 0.0, 8.0 * error) << j << ' ' << k;
    }
  }
  for (std::size_t j = 0; j < 2; ++j) {
    for (std::size_t k = 0; k < 2; ++k) {
      const double rho = j == k ? wanted.correlations[j] : 0.0;
      EXPECT_NEAR(correlation(revealed(column(u, j)), revealed(column(v, k))), rho,
                  5.0 * (1.0 - rho * rho) * error);
    }
    const auto positive = std::ranges::count_if(column(u, j), [](double e) { return e > 0.0; });
    EXPECT_NEAR(static_cast<double>(positive) / rows, 0.5, 2.5 * error);
  }
  EXPECT_THAT(opened.reals_attribute("/", "correlations"), ElementsAre(0.9, -0.6));
  EXPECT_EQ(opened.reals_attribute("/", "maximal_correlations"),
            maximal_correlations(wanted.correlations, 16));
  EXPECT_DOUBLE_EQ(opened.real_attribute("/", "mutual_information"),
                   -0.5 * std::log((1 - 0.81) * (1 - 0.36)));
}

TEST(MaximalCorrelations, AreProductsOfPowers) {
  EXPECT_THAT(maximal_correlations({0.5}, 3), ElementsAre(0.5, 0.25, 0.125));
  const double e = 1e-15;
  EXPECT_THAT(
      maximal_correlations({0.7, -0.9, 0.5}, 7),
      ElementsAre(DoubleNear(0.9, e), DoubleNear(0.81, e), DoubleNear(0.729, e), DoubleNear(0.7, e),
                  DoubleNear(0.6561, e), DoubleNear(0.63, e), DoubleNear(0.59049, e)));
  EXPECT_TRUE(maximal_correlations({}, 3).empty());
  EXPECT_TRUE(maximal_correlations({0.0}, 3).empty());
}

TEST_F(NonlinearViewsTest, RefuseWhatCannotBe) {
  EXPECT_THROW(generate_nonlinear_views({10, 1, 5, {0.9, 0.5}, 1}, file("v.h5")), UsageError);
  EXPECT_THROW(generate_nonlinear_views({10, 3, 3, {1.0}, 1}, file("v.h5")), UsageError);
  EXPECT_FALSE(std::filesystem::exists(file("v.h5")));
}

}  // namespace
}  // namespace infomax::generators

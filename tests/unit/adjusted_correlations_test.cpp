// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/adjusted_correlations.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace infomax::analysis {
namespace {

constexpr double samples = 401.0;  // c = 0.1, d = 0.2
constexpr std::size_t p = 40;
constexpr std::size_t q = 80;

/// The squared sample correlation that a squared correlation of the population tends to.
double sampled(double x) { return (0.9 * x + 0.1) * (0.8 * x + 0.2) / x; }

TEST(AdjustedCorrelations, AreThoseOfThePopulation) {
  const double threshold = std::sqrt(0.1 * 0.2 / (0.9 * 0.8));
  for (const double x : {threshold + 0.01, 0.3, 0.7, 0.999, 1.0}) {
    const auto found = adjusted_correlations(std::vector{std::sqrt(sampled(x))}, samples, p, q);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NEAR(found[0], std::sqrt(x), 1e-9) << x;
  }
}

TEST(AdjustedCorrelations, AreZeroForWhatNoiseGives) {
  const double threshold = std::sqrt(0.1 * 0.2 / (0.9 * 0.8));
  const double edge = std::sqrt(sampled(threshold));
  EXPECT_EQ(adjusted_correlations(std::vector{edge - 1e-6, 0.2, 0.0}, samples, p, q),
            (std::vector{0.0, 0.0, 0.0}));
}

TEST(AdjustedCorrelations, AreUnknownWhereNoiseGivesOne) {
  EXPECT_TRUE(adjusted_correlations(std::vector{0.9}, 121.0, p, q).empty());
  EXPECT_EQ(adjusted_correlations(std::vector{0.9}, 122.0, p, q).size(), 1U);
  EXPECT_TRUE(adjusted_correlations(std::vector{0.9}, 1.0, 1, 1).empty());
}

TEST(AdjustedCorrelations, AreTheSameOfManyRows) {
  EXPECT_NEAR(adjusted_correlations(std::vector{0.5}, 1e9, 10, 20)[0], 0.5, 1e-7);
}

}  // namespace
}  // namespace infomax::analysis

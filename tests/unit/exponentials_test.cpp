// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/exponentials.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace infomax {
namespace {

template <class T>
class Exponentials : public testing::Test {
 protected:
  static std::vector<T> scores(std::size_t n) {
    std::vector<T> x(n);
    for (std::size_t i = 0; i < n; ++i) {
      x[i] = static_cast<T>(5.0 * std::sin(1.0 + 3.7 * static_cast<double>(i)));
    }
    return x;
  }
  static constexpr double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-14;
};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(Exponentials, Precisions);

TYPED_TEST(Exponentials, SumsAndMaximaAreThoseOfAPlainLoop) {
  for (const std::size_t n : {1, 2, 15, 16, 17, 255, 256, 257, 1000}) {
    const auto x = this->scores(n);
    const std::span<const TypeParam> row(x);
    const TypeParam shift = math::largest(row);
    EXPECT_EQ(shift, *std::ranges::max_element(x));
    double expected = 0.0;
    for (const TypeParam v : x) {
      expected += std::exp(static_cast<double>(v) - static_cast<double>(shift));
    }
    EXPECT_NEAR(math::exp_sum(row, shift), expected, this->tolerance * expected) << n;
  }
  EXPECT_EQ(math::largest(std::span<const TypeParam>()),
            -std::numeric_limits<TypeParam>::infinity());
  EXPECT_EQ(math::exp_sum(std::span<const TypeParam>(), TypeParam{3}), 0.0);
}

TYPED_TEST(Exponentials, ALeftOutScoreAddsNothing) {
  const TypeParam none = -std::numeric_limits<TypeParam>::infinity();
  const std::vector<TypeParam> x{none, 1, none};
  EXPECT_NEAR(math::exp_sum(std::span<const TypeParam>(x), TypeParam{1}), 1.0, this->tolerance);
}

TYPED_TEST(Exponentials, ColumnsAddUpEachWithAShift) {
  for (const std::size_t n : {1, 16, 300}) {
    const auto x = this->scores(n);
    std::vector<TypeParam> shifts(n);
    std::vector<TypeParam> sums(n);
    for (std::size_t i = 0; i < n; ++i) {
      shifts[i] = static_cast<TypeParam>(0.01 * static_cast<double>(i));
      sums[i] = static_cast<TypeParam>(i);
    }
    math::exp_add(std::span<const TypeParam>(x), std::span<const TypeParam>(shifts),
                  std::span<TypeParam>(sums));
    for (std::size_t i = 0; i < n; ++i) {
      const double expected = static_cast<double>(i) +
                              std::exp(static_cast<double>(x[i]) - static_cast<double>(shifts[i]));
      EXPECT_NEAR(static_cast<double>(sums[i]), expected, this->tolerance * expected) << n;
    }
  }
}

TYPED_TEST(Exponentials, WeightsHaveAShiftForTheRowAndOneForEachColumn) {
  for (const std::size_t n : {1, 16, 300}) {
    const auto x = this->scores(n);
    std::vector<TypeParam> shifts(n);
    for (std::size_t i = 0; i < n; ++i) {
      shifts[i] = static_cast<TypeParam>(0.01 * static_cast<double>(i));
    }
    auto weighed = x;
    math::exp_weights<TypeParam>(2, 1, {3, shifts}, weighed);
    auto by_row = x;
    math::exp_weights<TypeParam>(2, 1, {}, by_row);
    for (std::size_t i = 0; i < n; ++i) {
      const auto value = static_cast<double>(x[i]);
      const double row = 2.0 * std::exp(value - 1.0);
      const double both = row + 3.0 * std::exp(value - static_cast<double>(shifts[i]));
      EXPECT_NEAR(by_row[i], row, 10 * this->tolerance * row);
      EXPECT_NEAR(weighed[i], both, 10 * this->tolerance * both);
    }
  }
}

TYPED_TEST(Exponentials, AFirstTermOfNoWeightIsNothingHoweverLargeTheScore) {
  std::vector<TypeParam> x{5000, -5000};
  const std::vector<TypeParam> shifts{5000, -5000};
  math::exp_weights<TypeParam>(0, 0, {4, shifts}, x);
  EXPECT_NEAR(x[0], 4, 10 * this->tolerance);
  EXPECT_NEAR(x[1], 4, 10 * this->tolerance);
}

}  // namespace
}  // namespace infomax

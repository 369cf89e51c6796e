// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/elementwise.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace infomax::math {
namespace {

constexpr std::array all_activations{Activation::identity, Activation::tanh, Activation::relu,
                                     Activation::sigmoid};

double activate(Activation activation, double z) {
  switch (activation) {
    case Activation::identity:
      return z;
    case Activation::tanh:
      return std::tanh(z);
    case Activation::relu:
      return std::max(0.0, z);
    case Activation::sigmoid:
      return 1.0 / (1.0 + std::exp(-z));
  }
  return 0.0;
}

template <class T>
class Elementwise : public testing::Test {
 public:
  // SLEEF's u10 functions are within one unit in the last place; bias and quotient add two.
  static constexpr double tolerance = 4.0 * std::numeric_limits<T>::epsilon();
};

using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(Elementwise, Types);

TYPED_TEST(Elementwise, ActivationsEqualTheStandardLibraryAtEveryLength) {
  using T = TypeParam;
  for (const auto activation : all_activations) {
    for (std::size_t n = 1; n <= 67; ++n) {  // below, at and between whole registers
      std::vector<T> bias(n);
      Matrix<T> z(2, n);
      for (std::size_t j = 0; j < n; ++j) {
        bias[j] = static_cast<T>(0.25);
        z(0, j) = static_cast<T>(-6.0 + 0.2 * static_cast<double>(j));
        z(1, j) = static_cast<T>(3.0 - 0.1 * static_cast<double>(j));
      }
      const auto before = z;

      add_bias_and_activate<T>(activation, bias, z.view());

      for (std::size_t i = 0; i < 2; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
          const double expected = activate(activation, static_cast<double>(before(i, j)) + 0.25);
          ASSERT_NEAR(z(i, j), expected, this->tolerance * (1.0 + std::abs(expected)));
        }
      }
    }
  }
}

TYPED_TEST(Elementwise, DerivativesEqualCentralDifferences) {
  using T = TypeParam;
  for (const auto activation : all_activations) {
    Matrix<T> y(1, 40);
    Matrix<T> dy(1, 40, T{2});
    std::vector<double> points(40);
    for (std::size_t j = 0; j < 40; ++j) {
      points[j] = -3.9 + 0.2 * static_cast<double>(j);
      y(0, j) = static_cast<T>(activate(activation, points[j]));
    }

    std::vector<T> sums(40, T{1});
    multiply_by_derivative<T>(activation, y.view(), dy.view(), sums);

    for (std::size_t j = 0; j < 40; ++j) {
      T column{1};
      for (std::size_t i = 0; i < dy.rows(); ++i) {
        column += dy(i, j);
      }
      EXPECT_NEAR(sums[j], column, this->tolerance);
      const double h = 1e-5;
      const double slope =
          (activate(activation, points[j] + h) - activate(activation, points[j] - h)) / (2.0 * h);
      EXPECT_NEAR(dy(0, j), 2.0 * slope, 1e-9 + 20.0 * this->tolerance);
    }
  }
}

TYPED_TEST(Elementwise, NotANumberStaysOne) {
  using T = TypeParam;
  for (const auto activation : all_activations) {
    Matrix<T> z(1, 3, std::numeric_limits<T>::quiet_NaN());
    add_bias_and_activate<T>(activation, {}, z.view());
    EXPECT_TRUE(std::isnan(z(0, 2)));
  }
}

TEST(Log, EqualsTheStandardLibrary) {
  std::vector<double> x;
  for (double value = 1e-300; value < 1e300; value *= 7.3) {
    x.push_back(value);
  }
  std::vector<double> y(x.size());

  log(x, y);

  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_NEAR(y[i], std::log(x[i]), 4e-16 * std::abs(std::log(x[i])));
  }
}

TEST(ShiftAndScale, IsComputedInDouble) {
  const std::vector<std::int64_t> in{1'000'000'007, -5, 1LL << 40U};
  const std::vector<double> shift{1'000'000'000.0, 1.0, 0.0};
  const std::vector<double> scale{0.5, 2.0, 1.0};
  std::vector<float> out(3);

  shift_and_scale<std::int64_t, float>(in.data(), shift, scale, out);

  EXPECT_EQ(out[0], 3.5F);
  EXPECT_EQ(out[1], -12.0F);
  EXPECT_EQ(out[2], 0x1p40F);
}

TEST(LocateCells, MarksValuesBeyondTheRangeAndSurvivesNotANumber) {
  const std::vector<double> values{-0.5, 0.0, 1.25,
                                   3.0,  3.5, std::numeric_limits<double>::quiet_NaN()};
  const std::vector<double> slope(6, 1.0);
  const std::vector<double> offset(6, 0.0);
  std::vector<std::int32_t> cell(6);
  std::vector<double> fraction(6);

  locate_cells<double>(values, slope, offset, 3, cell, fraction);

  EXPECT_EQ(cell, (std::vector<std::int32_t>{0, 0, 1, 2, 2, 2}));
  EXPECT_EQ(fraction[0], -0.5);
  EXPECT_EQ(fraction[2], 0.25);
  EXPECT_EQ(fraction[3], 1.0);
  EXPECT_EQ(fraction[4], 1.5);
  EXPECT_TRUE(std::isnan(fraction[5]));
}

}  // namespace
}  // namespace infomax::math

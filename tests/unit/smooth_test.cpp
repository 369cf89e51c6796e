// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/smooth.hpp"

#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

namespace infomax::math {
namespace {

/// From -6 to 6; more than one chunk and no multiple of a register.
template <class T>
std::vector<T> points() {
  std::vector<T> x(601);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<T>(-6.0 + 0.02 * static_cast<double>(i));
  }
  return x;
}

struct Definition {
  Smooth function;
  double (*value)(double);
  double (*derivative)(double);
};

double normal_cumulative(double v) { return 0.5 * (1.0 + std::erf(v / std::numbers::sqrt2)); }
double logistic(double v) { return 1.0 / (1.0 + std::exp(-v)); }

const Definition definitions[] = {
    {Smooth::gelu, [](double v) { return v * normal_cumulative(v); },
     [](double v) {
       return normal_cumulative(v) + v * std::exp(-0.5 * v * v) / std::sqrt(2.0 * std::numbers::pi);
     }},
    {Smooth::silu, [](double v) { return v * logistic(v); },
     [](double v) { return logistic(v) * (1.0 + v * (1.0 - logistic(v))); }},
    {Smooth::softplus, [](double v) { return std::log1p(std::exp(v)); }, logistic}};

template <class T>
void expect_definitions(double tolerance) {
  const auto x = points<T>();
  const std::vector<T> dy(x.size(), T{2});
  std::vector<T> y(x.size());
  std::vector<T> dx(x.size());
  for (const Definition& definition : definitions) {
    smooth<T>(definition.function, x, y);
    smooth_gradient<T>(definition.function, x, dy, dx);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto v = static_cast<double>(x[i]);
      EXPECT_NEAR(static_cast<double>(y[i]), definition.value(v), tolerance) << v;
      EXPECT_NEAR(static_cast<double>(dx[i]), 2.0 * definition.derivative(v), tolerance) << v;
    }
  }
}

TEST(Smooth, IsThatOfItsDefinition) {
  expect_definitions<double>(1e-14);
  expect_definitions<float>(2e-6);
}

TEST(Smooth, IsFiniteAndExactFarFromZero) {
  const std::vector<double> x{-800.0, -40.0, 40.0, 800.0};
  std::vector<double> y(4);
  smooth<double>(Smooth::softplus, x, y);
  EXPECT_EQ(y[0], 0.0);
  EXPECT_NEAR(y[1] / std::exp(-40.0), 1.0, 1e-14);
  EXPECT_EQ(y[2], 40.0);
  EXPECT_EQ(y[3], 800.0);
  smooth<double>(Smooth::silu, x, y);
  EXPECT_NEAR(y[1] / (-40.0 * std::exp(-40.0)), 1.0, 1e-14);
  EXPECT_EQ(y[3], 800.0);
}

TEST(Smooth, WritesItsGradientInPlaceAndNothingBeyond) {
  for (const std::size_t n : {0U, 1U, 7U, 256U, 259U}) {
    const auto x = points<double>();
    std::vector<double> in_place(n + 1, 1.0);
    const std::vector<double> dy(n, 1.0);
    std::vector<double> expected(n);
    smooth_gradient<double>(Smooth::gelu, std::span(x).first(n), dy, expected);
    smooth_gradient<double>(Smooth::gelu, std::span(x).first(n), std::span(in_place).first(n),
                            std::span(in_place).first(n));
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_EQ(in_place[i], expected[i]);
    }
    EXPECT_EQ(in_place[n], 1.0);
  }
}

}  // namespace
}  // namespace infomax::math

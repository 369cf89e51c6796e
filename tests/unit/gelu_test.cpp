// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/gelu.hpp"

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

template <class T>
void expect_definition(double tolerance) {
  const auto x = points<T>();
  const std::vector<T> dy(x.size(), T{2});
  std::vector<T> y(x.size());
  std::vector<T> dx(x.size());

  gelu<T>(x, y);
  gelu_gradient<T>(x, dy, dx);

  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto v = static_cast<double>(x[i]);
    const double cumulative = 0.5 * (1.0 + std::erf(v / std::numbers::sqrt2));
    const double density = std::exp(-0.5 * v * v) / std::sqrt(2.0 * std::numbers::pi);
    EXPECT_NEAR(static_cast<double>(y[i]), v * cumulative, tolerance) << v;
    EXPECT_NEAR(static_cast<double>(dx[i]), 2.0 * (cumulative + v * density), tolerance) << v;
  }
}

TEST(Gelu, IsThatOfItsDefinition) {
  expect_definition<double>(1e-14);
  expect_definition<float>(2e-6);
}

TEST(Gelu, WritesItsGradientInPlaceAndNothingBeyond) {
  for (const std::size_t n : {0U, 1U, 7U, 256U, 259U}) {
    const auto x = points<double>();
    std::vector<double> in_place(n + 1, 1.0);
    const std::vector<double> dy(n, 1.0);
    std::vector<double> expected(n);
    gelu_gradient<double>(std::span(x).first(n), dy, expected);
    gelu_gradient<double>(std::span(x).first(n), std::span(in_place).first(n),
                          std::span(in_place).first(n));
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_EQ(in_place[i], expected[i]);
    }
    EXPECT_EQ(in_place[n], 1.0);
  }
}

}  // namespace
}  // namespace infomax::math

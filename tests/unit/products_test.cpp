// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/products.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"
#include "infomax/math/blas.hpp"
#include "math/kernels.hpp"

namespace infomax::math {
namespace {

/// The nearest number of 8 significant bits, by arithmetic; ties to even.
double nearest_bfloat16(double x) {
  if (x == 0.0 || !std::isfinite(x)) {
    return x;
  }
  int exponent = 0;
  const double fraction = std::frexp(x, &exponent);  // 0.5 <= |fraction| < 1
  return std::ldexp(std::nearbyint(std::ldexp(fraction, 8)), exponent - 8);
}

double widened(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}

std::uint16_t rounded(float x) {
  std::uint16_t bits = 0;
  kernels().to_bfloat16(&x, &bits, 1);
  return bits;
}

/// A matrix of random numbers within wider rows, as views of larger matrices are.
struct Strided {
  Strided(std::size_t rows, std::size_t columns, std::size_t gap, std::uint64_t key)
      : storage(rows, columns + gap), view(storage.data(), rows, columns, columns + gap) {
    const CounterRandom random(key, RandomStream::generation);
    for (std::size_t i = 0; i < storage.size(); ++i) {
      storage.span()[i] = static_cast<float>(random.normal(i));
    }
  }
  Matrix<float> storage;
  MatrixView<float> view;
};

struct Case {
  std::size_t m, n, k;
  Transpose transpose_a, transpose_b;
  bool adds;
  std::size_t gap;
};

constexpr Transpose no = Transpose::no;
constexpr Transpose yes = Transpose::yes;

// More rows than are rounded at a time, both as rows of the result and as what is summed over; a
// thin product; odd sizes.
const std::vector<Case> cases{{64, 64, 64, no, no, false, 0},    {2051, 65, 96, no, no, false, 3},
                              {130, 71, 49, no, yes, false, 5},  {64, 80, 4100, yes, no, true, 0},
                              {53, 67, 2048, yes, no, false, 7}, {90, 8, 70, no, no, true, 1},
                              {1, 100, 100, no, no, false, 0},   {50, 50, 50, yes, yes, true, 2}};

/// Computes a product by either arithmetic and compares it with sums in double over factors that
/// `round` has changed.
void expect_product(const Case& one, Products products, double (*round)(double)) {
  const Strided a(one.transpose_a == yes ? one.k : one.m, one.transpose_a == yes ? one.m : one.k,
                  one.gap, 1);
  const Strided b(one.transpose_b == yes ? one.n : one.k, one.transpose_b == yes ? one.k : one.n,
                  one.gap, 2);
  const Strided before(one.m, one.n, one.gap, 3);
  Strided c(one.m, one.n, one.gap, 3);
  {
    const ProductScope scope(products);
    gemm<float>(one.transpose_a, one.transpose_b, 1.0F, a.view, b.view, one.adds ? 1.0F : 0.0F,
                c.view);
  }
  for (std::size_t i = 0; i < one.m; i += 1 + one.m / 40) {
    for (std::size_t j = 0; j < one.n; ++j) {
      double exact = one.adds ? static_cast<double>(before.view(i, j)) : 0.0;
      for (std::size_t l = 0; l < one.k; ++l) {
        exact += round(one.transpose_a == yes ? a.view(l, i) : a.view(i, l)) *
                 round(one.transpose_b == yes ? b.view(j, l) : b.view(l, j));
      }
      ASSERT_NEAR(c.view(i, j), exact, 2e-6 * static_cast<double>(one.k) + 1e-5)
          << i << ' ' << j << " of " << one.m << " x " << one.n << " x " << one.k;
    }
  }
  // What lies between rows is not part of the matrix.
  for (std::size_t i = 0; i < one.m; ++i) {
    for (std::size_t j = one.n; j < one.n + one.gap; ++j) {
      ASSERT_EQ(c.storage(i, j), before.storage(i, j));
    }
  }
}

double same(double x) { return x; }

/// Why this machine cannot compute products so, if it cannot.
std::optional<std::string> obstacle(Products products) {
  try {
    require_products(products);
    return std::nullopt;
  } catch (const SystemError& error) {
    return error.what();
  }
}

TEST(Products, AreRoundedToTheNearestWithTiesToEven) {
  const CounterRandom random(4, RandomStream::generation);
  std::vector<float> values{0.0F, -0.0F, 1.0F, 1.00390625F, 1.01171875F, -1.00390625F, 3.0e38F};
  for (std::size_t i = 0; i < 500; ++i) {
    values.push_back(
        static_cast<float>(std::ldexp(random.normal(i), static_cast<int>(i % 60) - 30)));
  }
  std::vector<std::uint16_t> all(values.size());
  kernels().to_bfloat16(values.data(), all.data(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(widened(all[i]), nearest_bfloat16(values[i])) << values[i];
    EXPECT_EQ(all[i], rounded(values[i]));
  }
  EXPECT_EQ(std::signbit(widened(rounded(-0.0F))), true);
}

TEST(Products, KeepWhatIsNotFinite) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(widened(rounded(infinity)), infinity);
  EXPECT_EQ(widened(rounded(-infinity)), -infinity);
  EXPECT_EQ(widened(rounded(std::numeric_limits<float>::max())), infinity);
  // Any NaN, whose bits may be such that rounding would carry them to those of an infinity or 0.
  for (const std::uint32_t bits : {0x7FC00000U, 0x7F800001U, 0xFFFFFFFFU, 0xFF80FFFFU}) {
    EXPECT_TRUE(std::isnan(widened(rounded(std::bit_cast<float>(bits))))) << bits;
  }
}

TEST(Products, OfOneDnnAreThoseOfFloats) {
  if (const auto why = obstacle(Products::onednn)) {
    GTEST_SKIP() << *why;
  }
  for (const Case& one : cases) {
    expect_product(one, Products::onednn, same);
  }
}

TEST(Products, OfBfloat16AreThoseOfRoundedFactors) {
  if (const auto why = obstacle(Products::bfloat16)) {
    GTEST_SKIP() << *why;
  }
  for (const Case& one : cases) {
    // Those of narrow layers remain in float, because rounding would take longer than it saves. How
    // many rows there are decides nothing: m, or k in the product of a weight's gradient.
    const std::size_t width =
        one.transpose_a == yes ? std::min(one.m, one.n) : std::min(one.n, one.k);
    expect_product(one, Products::bfloat16, width < 48 ? same : nearest_bfloat16);
  }
}

TEST(Products, AreRightWhileTheFasterLibraryIsSought) {
  if (const auto why = obstacle(Products::fastest)) {
    GTEST_SKIP() << *why;
  }
  for (int repeat = 0; repeat < 12; ++repeat) {
    expect_product(cases[0], Products::fastest, same);
    expect_product(cases[3], Products::fastest, same);
  }
}

TEST(Products, AreChosenForAScope) {
  EXPECT_EQ(products(), Products::blas);
  {
    const ProductScope outer(Products::bfloat16);
    EXPECT_EQ(products(), Products::bfloat16);
    {
      const ProductScope inner(Products::onednn);
      EXPECT_EQ(products(), Products::onednn);
    }
    EXPECT_EQ(products(), Products::bfloat16);
  }
  EXPECT_EQ(products(), Products::blas);
}

TEST(Products, OfDoublesAreAlwaysExact) {
  Matrix<double> x(64, 64, 1.0 + 1.0 / 1024.0);  // no bfloat16 number
  Matrix<double> y(64, 64);
  const ProductScope scope(Products::bfloat16);
  gemm<double>(no, no, 1.0, x.view(), x.view(), 0.0, y.view());
  EXPECT_EQ(y(3, 5), 64.0 * (1.0 + 1.0 / 1024.0) * (1.0 + 1.0 / 1024.0));
}

TEST(Products, NameTheirLibrary) {
  EXPECT_EQ(describe(Products::blas).substr(0, 8), "OpenBLAS");
  if (obstacle(Products::onednn)) {
    EXPECT_EQ(onednn_version(), "");
  } else {
    EXPECT_EQ(describe(Products::onednn).substr(0, 7), "oneDNN ");
    const std::string name = "bfloat16 by " + onednn_version() + " (";
    EXPECT_EQ(describe(Products::bfloat16).substr(0, name.size()), name);
  }
}

}  // namespace
}  // namespace infomax::math

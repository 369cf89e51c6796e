// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/blas.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/random.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "support/memory_rows.hpp"

namespace infomax::math {
namespace {

using test::random_rows;

template <class T>
class Blas : public testing::Test {
 public:
  static constexpr double tolerance = std::is_same_v<T, float> ? 1e-4 : 1e-12;
};

using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(Blas, Types);

TYPED_TEST(Blas, GemmInAllTranspositionsEqualsTheTripleLoop) {
  using T = TypeParam;
  const std::size_t m = 5;
  const std::size_t n = 7;
  const std::size_t k = 3;
  for (const auto ta : {Transpose::no, Transpose::yes}) {
    for (const auto tb : {Transpose::no, Transpose::yes}) {
      const auto a = ta == Transpose::no ? random_rows<T>(m, k, 1) : random_rows<T>(k, m, 1);
      const auto b = tb == Transpose::no ? random_rows<T>(k, n, 2) : random_rows<T>(n, k, 2);
      auto c = random_rows<T>(m, n, 3);
      const auto before = c;

      gemm(ta, tb, T{2}, a.view(), b.view(), T{-0.5}, c.view());

      for (std::size_t i = 0; i < m; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
          double sum = 0.0;
          for (std::size_t l = 0; l < k; ++l) {
            const double left = ta == Transpose::no ? a(i, l) : a(l, i);
            const double right = tb == Transpose::no ? b(l, j) : b(j, l);
            sum += left * right;
          }
          EXPECT_NEAR(c(i, j), 2.0 * sum - 0.5 * before(i, j), this->tolerance);
        }
      }
    }
  }
}

TYPED_TEST(Blas, GemmOverNoRowsLeavesTheSumAlone) {
  using T = TypeParam;
  const Matrix<T> none(0, 4);
  auto c = random_rows<T>(4, 4, 3);
  const auto before = c;

  gemm(Transpose::yes, Transpose::no, T{1}, none.view(), none.view(), T{1}, c.view());

  for (std::size_t i = 0; i < c.size(); ++i) {
    EXPECT_EQ(c.span()[i], before.span()[i]);
  }
}

TYPED_TEST(Blas, SyrkAndSymmetrizeGiveTheWholeProduct) {
  using T = TypeParam;
  const auto a = random_rows<T>(6, 4, 1);
  Matrix<T> c(4, 4, T{0});

  syrk(T{1}, a.view(), T{0}, c.view());
  symmetrize(c.view());

  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      double sum = 0.0;
      for (std::size_t l = 0; l < 6; ++l) {
        sum += static_cast<double>(a(l, i)) * static_cast<double>(a(l, j));
      }
      EXPECT_NEAR(c(i, j), sum, this->tolerance);
    }
  }
}

TYPED_TEST(Blas, SymmetrizeCopiesTheUpperTriangleWhateverTheSize) {
  using T = TypeParam;
  for (const int edge : {0, 1, 31, 32, 33, 100}) {
    const auto size = static_cast<std::size_t>(edge);
    auto c = random_rows<T>(size, size, 9);
    const auto before = c;
    symmetrize(c.view());
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j < size; ++j) {
        ASSERT_EQ(c(i, j), before(std::min(i, j), std::max(i, j))) << i << ", " << j;
      }
    }
  }
}

TEST(Norm, HoldsWhereSquaresWouldOverflowOrVanish) {
  for (const double unit : {1e-200, 1e-130, 1.0, 1e149, 1e200}) {
    const std::vector<double> x{3 * unit, 4 * unit, 12 * unit};
    EXPECT_NEAR(norm(std::span<const double>(x)) / unit, 13.0, 1e-13) << unit;
    EXPECT_NEAR(ordered_norm(std::span<const double>(x)) / unit, 13.0, 1e-13) << unit;
  }
  const std::vector<double> zeros(5, 0.0);
  EXPECT_EQ(norm(std::span<const double>(zeros)), 0.0);
  EXPECT_EQ(ordered_norm(std::span<const double>(zeros)), 0.0);
  const std::vector<double> bad{1.0, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_TRUE(std::isnan(norm(std::span<const double>(bad))));
  EXPECT_TRUE(std::isnan(ordered_norm(std::span<const double>(bad))));
  const std::vector<double> endless{1.0, -std::numeric_limits<double>::infinity()};
  EXPECT_TRUE(std::isinf(ordered_norm(std::span<const double>(endless))));
  const double least = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(ordered_norm(std::span<const double>(&least, 1)), least);
}

TYPED_TEST(Blas, OrderedNormIsThatOfAnyLength) {
  using T = TypeParam;
  for (std::size_t size = 0; size < 70; ++size) {
    const auto x = test::random_rows<T>(1, size, 11);
    double squares = 0.0;
    for (const T value : x.span()) {
      squares += static_cast<double>(value) * static_cast<double>(value);
    }
    EXPECT_NEAR(ordered_norm(std::span<const T>(x.span())), std::sqrt(squares), 1e-13 * squares)
        << size;
  }
}

TYPED_TEST(Blas, VectorsFollowTheirFormulas) {
  using T = TypeParam;
  const std::vector<T> x{3, 4, 12};
  std::vector<T> y{1, 1, 1};

  EXPECT_NEAR(norm(std::span<const T>(x)), 13.0, this->tolerance);
  axpy(T{2}, x, y);
  EXPECT_EQ(y, (std::vector<T>{7, 9, 25}));
  scale(T{0.5}, y);
  EXPECT_EQ(y, (std::vector<T>{3.5, 4.5, 12.5}));
}

TEST(Vectors, MayBeLongerThanIntegersOfBlasCount) {
  constexpr std::size_t size = 1003;
  std::vector<float> x(size);
  std::iota(x.begin(), x.end(), 1.0F);
  std::vector<float> y(size, 2.0F);
  std::vector<double> z(size, 0.5);
  z.back() = 4.0;
  const std::size_t former = set_longest_vector(100);
  axpy(3.0F, std::span<const float>(x), std::span<float>(y));
  scale(-1.0F, std::span<float>(x));
  const double length = norm(std::span<const double>(z));
  set_longest_vector(former);
  for (std::size_t i = 0; i < size; ++i) {
    const auto number = static_cast<float>(i + 1);
    ASSERT_EQ(y[i], 2.0F + 3.0F * number) << i;
    ASSERT_EQ(x[i], -number) << i;
  }
  EXPECT_NEAR(length, std::sqrt(0.25 * (size - 1) + 16.0), 1e-12);
  EXPECT_EQ(former, std::size_t{std::numeric_limits<std::int32_t>::max()});
}

TEST(SolveLower, UndoesTheProductOnEitherSide) {
  Matrix<double> l(3, 3, 0.0);
  l(0, 0) = 2.0;
  l(1, 0) = -1.0;
  l(1, 1) = 3.0;
  l(2, 0) = 0.5;
  l(2, 1) = 0.25;
  l(2, 2) = 1.5;
  for (const auto side : {Side::left, Side::right}) {
    for (const auto transpose : {Transpose::no, Transpose::yes}) {
      const auto expected = random_rows<double>(3, 3, 9);
      Matrix<double> b(3, 3);
      if (side == Side::left) {
        gemm(transpose, Transpose::no, 1.0, l.view(), expected.view(), 0.0, b.view());
      } else {
        gemm(Transpose::no, transpose, 1.0, expected.view(), l.view(), 0.0, b.view());
      }

      solve_lower(side, transpose, l.view(), b.view());

      for (std::size_t i = 0; i < 9; ++i) {
        EXPECT_NEAR(b.span()[i], expected.span()[i], 1e-13);
      }
    }
  }
}

}  // namespace
}  // namespace infomax::math

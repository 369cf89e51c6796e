// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/lapack.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"
#include "math/workspace.hpp"

namespace infomax::math {
namespace {

Matrix<double> random_matrix(std::size_t rows, std::size_t columns) {
  const CounterRandom random(4, RandomStream::generation, rows, columns);
  Matrix<double> made(rows, columns);
  for (std::size_t i = 0; i < made.size(); ++i) {
    made.span()[i] = random.normal(i);
  }
  return made;
}

/// a a^T + shift I, n x n.
Matrix<double> symmetric_matrix(std::size_t n, double shift) {
  const auto a = random_matrix(n, n);
  Matrix<double> made(n, n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t k = 0; k < n; ++k) {
        made(i, j) += a(i, k) * a(j, k);
      }
    }
    made(i, i) += shift;
  }
  return made;
}

TEST(Workspace, IsWhatItsIntegersCount) {
  constexpr double most = std::numeric_limits<std::int32_t>::max();
  EXPECT_EQ(workspace_size<std::int32_t>(0.0), 0);
  EXPECT_EQ(workspace_size<std::int32_t>(most), std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(workspace_size<std::int64_t>(2.0 * most),
            2LL * std::numeric_limits<std::int32_t>::max());
  // Of 40,000 columns, and what sums of 32 bits make of it.
  for (const double size :
       {most + 1.0, 3.2e9, -1094727296.0, 1e300, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THROW((void)workspace_size<std::int32_t>(size), SystemError) << size;
  }
  EXPECT_THROW((void)workspace_size<std::int64_t>(9223372036854775808.0), SystemError);
}

TEST(PivotedCholesky, FactorsWhatIsNotOfFullRank) {
  const auto x = random_matrix(7, 4);
  Matrix<double> a(7, 7, 0.0);
  for (std::size_t i = 0; i < 7; ++i) {
    for (std::size_t j = 0; j < 7; ++j) {
      for (std::size_t k = 0; k < 4; ++k) {
        a(i, j) += x(i, k) * x(j, k);
      }
    }
  }
  const auto factor = pivoted_cholesky(a, 1e-12);
  ASSERT_EQ(factor.z.columns(), 4U);
  ASSERT_EQ(factor.pivots.size(), 4U);
  for (std::size_t i = 0; i < 7; ++i) {
    for (std::size_t j = 0; j < 7; ++j) {
      double sum = 0.0;
      for (std::size_t k = 0; k < 4; ++k) {
        sum += factor.z(i, k) * factor.z(j, k);
      }
      EXPECT_NEAR(sum, a(i, j), 1e-13 * a(0, 0));
    }
  }
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_GT(factor.z(factor.pivots[k], k), 0.0);
    for (std::size_t j = k + 1; j < 4; ++j) {
      EXPECT_EQ(factor.z(factor.pivots[k], j), 0.0);
    }
  }
  EXPECT_EQ(pivoted_cholesky(Matrix<double>(3, 3, 0.0), 1e-12).z.columns(), 0U);
}

TEST(Cholesky, FactorTimesItsTransposeIsTheMatrix) {
  const auto a = symmetric_matrix(6, 0.1);

  const auto l = cholesky(a.view());

  ASSERT_TRUE(l.has_value());
  for (std::size_t i = 0; i < 6; ++i) {
    for (std::size_t j = 0; j < 6; ++j) {
      double sum = 0.0;
      for (std::size_t k = 0; k < 6; ++k) {
        sum += (*l)(i, k) * (*l)(j, k);
      }
      EXPECT_NEAR(sum, a(i, j), 1e-12);
      if (j > i) {
        EXPECT_EQ((*l)(i, j), 0.0);
      }
    }
  }
}

TEST(Cholesky, SaysSoWhereTheMatrixIsNotPositiveDefinite) {
  Matrix<double> indefinite(2, 2, 2.0);
  indefinite(0, 0) = 1.0;
  indefinite(1, 1) = 1.0;
  EXPECT_FALSE(cholesky(indefinite.view()).has_value());
}

TEST(SymmetricEigen, DescendsAndReconstructs) {
  const auto a = symmetric_matrix(7, 0.0);

  const auto eigen = symmetric_eigen(a.view());

  EXPECT_TRUE(std::ranges::is_sorted(eigen.values, std::greater<>{}));
  for (std::size_t i = 0; i < 7; ++i) {
    for (std::size_t j = 0; j < 7; ++j) {
      double sum = 0.0;
      for (std::size_t k = 0; k < 7; ++k) {
        sum += eigen.vectors(i, k) * eigen.values[k] * eigen.vectors(j, k);
      }
      EXPECT_NEAR(sum, a(i, j), 1e-11);
    }
  }
}

class SingularValuesOf : public testing::TestWithParam<std::pair<std::size_t, std::size_t>> {};

TEST_P(SingularValuesOf, DescendAndReconstruct) {
  const auto [m, n] = GetParam();
  const auto a = random_matrix(m, n);

  const auto svd = singular_values(a.view());

  ASSERT_EQ(svd.values.size(), std::min(m, n));
  EXPECT_TRUE(std::ranges::is_sorted(svd.values, std::greater<>{}));
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0.0;
      for (std::size_t k = 0; k < svd.values.size(); ++k) {
        sum += svd.u(i, k) * svd.values[k] * svd.vt(k, j);
      }
      EXPECT_NEAR(sum, a(i, j), 1e-12);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, SingularValuesOf,
                         testing::Values(std::pair{5UL, 3UL}, std::pair{3UL, 5UL},
                                         std::pair{4UL, 4UL}, std::pair{1UL, 6UL}));

}  // namespace
}  // namespace infomax::math

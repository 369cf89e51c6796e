// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/canonical_variates.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "objective_fixture.hpp"

namespace infomax::analysis {
namespace {

constexpr std::size_t all_rows = 67;
constexpr std::size_t p = 4;
constexpr std::size_t q = 3;

using Columns = std::vector<std::vector<double>>;  // [columns][rows]

Columns columns_of(const Matrix<double>& m) {
  Columns columns(m.columns(), std::vector<double>(m.rows()));
  for (std::size_t i = 0; i < m.rows(); ++i) {
    for (std::size_t j = 0; j < m.columns(); ++j) {
      columns[j][i] = m(i, j);
    }
  }
  return columns;
}

double mean(const std::vector<double>& x) {
  double sum = 0.0;
  for (const double value : x) {
    sum += value;
  }
  return sum / static_cast<double>(x.size());
}

double covariance(const std::vector<double>& x, const std::vector<double>& y) {
  const double mean_x = mean(x);
  const double mean_y = mean(y);
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += (x[i] - mean_x) * (y[i] - mean_y);
  }
  return sum / static_cast<double>(x.size());
}

double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  return covariance(x, y) / std::sqrt(covariance(x, x) * covariance(y, y));
}

class CanonicalVariatesTest : public testing::Test {
 protected:
  /// All rows of a side, as one rank has them that has all.
  static Matrix<double> all(const reference::Table& table) {
    Matrix<double> whole(table.size(), table[0].size());
    for (std::size_t i = 0; i < whole.rows(); ++i) {
      for (std::size_t j = 0; j < whole.columns(); ++j) {
        whole(i, j) = static_cast<double>(table[i][j]);
      }
    }
    return whole;
  }

  static Columns variates(const VariateMap& map, const Matrix<double>& side) {
    Matrix<double> out(side.rows(), map.directions.columns());
    map.apply<double>(side.view(), out.view());
    return columns_of(out);
  }

  [[nodiscard]] CanonicalVariates fit(double ridge) const {
    return fit_variates<double>(world_, {a_rows_, b_rows_}, a_rows_, {0, {ridge, {}}});
  }

  const mpi::Communicator world_ = mpi::Communicator::world();
  const reference::Sides global_ = reference::keyed_sides(all_rows, p, q, 5);
  const test::Share share_{world_, all_rows};
  const Matrix<double> a_ = test::local_rows<double>(global_.a, share_);
  const Matrix<double> b_ = test::local_rows<double>(global_.b, share_);
  const stats::MatrixRows<double> a_rows_{a_.view()};
  const stats::MatrixRows<double> b_rows_{b_.view()};
  const Matrix<double> all_a_ = all(global_.a);
  const Matrix<double> all_b_ = all(global_.b);
};

/// What defines canonical variates: of unit variance, each correlated with its own partner alone.
TEST_F(CanonicalVariatesTest, OfUnitVarianceAndCorrelatedWithTheirPartnersAlone) {
  const auto fitted = fit(0.0);
  const auto u = variates(fitted.a, all_a_);
  const auto v = variates(fitted.b, all_b_);
  ASSERT_EQ(u.size(), q);
  ASSERT_EQ(v.size(), q);
  for (std::size_t i = 0; i < q; ++i) {
    EXPECT_NEAR(mean(u[i]), 0.0, 1e-12);
    EXPECT_NEAR(mean(v[i]), 0.0, 1e-12);
    for (std::size_t j = 0; j < q; ++j) {
      EXPECT_NEAR(covariance(u[i], u[j]), i == j ? 1.0 : 0.0, 1e-10);
      EXPECT_NEAR(covariance(v[i], v[j]), i == j ? 1.0 : 0.0, 1e-10);
      EXPECT_NEAR(covariance(u[i], v[j]), i == j ? fitted.correlations[i] : 0.0, 1e-10);
    }
  }
  EXPECT_GE(fitted.correlations[0], fitted.correlations[1]);
}

/// The regularised problem would leave them smaller.
TEST_F(CanonicalVariatesTest, OfUnitVarianceWithARidgeToo) {
  const auto fitted = fit(0.5);
  for (const auto& u : variates(fitted.a, all_a_)) {
    EXPECT_NEAR(covariance(u, u), 1.0, 1e-10);
  }
  for (const auto& v : variates(fitted.b, all_b_)) {
    EXPECT_NEAR(covariance(v, v), 1.0, 1e-10);
  }
}

/// The sign belongs to the data: outputs of the other sign, in another order, have the same
/// variates.
TEST_F(CanonicalVariatesTest, SignsDoNotDependOnHowANetworkArrangesItsOutputs) {
  const auto fitted = fit(0.0);
  Matrix<double> turned(a_.rows(), p);
  Matrix<double> all_turned(all_rows, p);
  const auto turn = [](const Matrix<double>& from, Matrix<double>& to) {
    for (std::size_t i = 0; i < from.rows(); ++i) {
      for (std::size_t j = 0; j < p; ++j) {
        to(i, j) = -2.0 * from(i, p - 1 - j);
      }
    }
  };
  turn(a_, turned);
  turn(all_a_, all_turned);
  const stats::MatrixRows<double> turned_rows(turned.view());
  const auto again = fit_variates<double>(world_, {turned_rows, b_rows_}, a_rows_, {0, {0.0, {}}});
  const auto u = variates(fitted.a, all_a_);
  const auto same = variates(again.a, all_turned);
  for (std::size_t c = 0; c < q; ++c) {
    for (std::size_t i = 0; i < all_rows; ++i) {
      EXPECT_NEAR(u[c][i], same[c][i], 1e-9);
    }
  }
}

TEST_F(CanonicalVariatesTest, LoadingsAreCorrelationsAndTheLargestIsPositive) {
  const auto fitted = fit(0.0);
  const VariateRows<double> u_rows(a_rows_, fitted.a);
  const auto loadings = measure_loadings<double>(world_, a_rows_, u_rows);
  const auto u = variates(fitted.a, all_a_);
  const auto x = columns_of(all_a_);
  ASSERT_EQ(loadings.correlations.rows(), p);
  ASSERT_EQ(loadings.correlations.columns(), q);
  for (std::size_t c = 0; c < q; ++c) {
    double most = 0.0;
    for (std::size_t j = 0; j < p; ++j) {
      const double r = correlation(x[j], u[c]);
      EXPECT_NEAR(loadings.correlations(j, c), r, 1e-12);
      EXPECT_NEAR(loadings.input_mean[j], mean(x[j]), 1e-12);
      most = std::abs(r) > std::abs(most) ? r : most;
    }
    EXPECT_GT(most, 0.0);
  }
}

TEST_F(CanonicalVariatesTest, ASideThatDoesNotVaryIsSaidSo) {
  const Matrix<double> same(a_.rows(), 2, 3.0);
  const stats::MatrixRows<double> same_rows(same.view());
  EXPECT_THROW((void)fit_variates<double>(world_, {same_rows, b_rows_}, a_rows_, {}), NumericError);
}

}  // namespace
}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/permutation_test.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "infomax/analysis/permuted_rows.hpp"
#include "infomax/core/error.hpp"
#include "objective_fixture.hpp"

namespace infomax::analysis {
namespace {

constexpr std::size_t samples_in_all = 53;

class Permutation : public testing::Test {
 protected:
  const mpi::Communicator world_ = mpi::Communicator::world();
  const test::Share share_{world_, samples_in_all};

  /// Rows of `columns` numbers, 10 times the sample's number and the column.
  template <class T>
  [[nodiscard]] Matrix<T> numbered(std::size_t columns) const {
    Matrix<T> local(share_.count, columns);
    for (std::size_t i = 0; i < share_.count; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        local(i, j) = static_cast<T>(10 * (share_.first + i) + j);
      }
    }
    return local;
  }

  template <class T>
  void expect_rows_where_the_order_puts_them() const {
    const Matrix<T> local = numbered<T>(3);
    const stats::MatrixRows<T> source(local.view());
    PermutedRows<T> permuted(world_, source);
    EXPECT_EQ(permuted.samples(), samples_in_all);
    for (std::uint64_t draw = 0; draw < 3; ++draw) {
      const auto order = SampleOrders(samples_in_all, 1, 7).order(draw);
      const auto& found = permuted.permute(order);
      ASSERT_EQ(found.rows(), share_.count);
      Buffer<T> scratch;
      for (std::size_t i = 0; i < share_.count; ++i) {
        const auto row = found.tile(i, 1, scratch);
        for (std::size_t j = 0; j < 3; ++j) {
          EXPECT_EQ(row(0, j), static_cast<T>(10 * order[share_.first + i] + j));
        }
      }
    }
    EXPECT_EQ(world_.sum(std::uint64_t{share_.count}), samples_in_all);
  }
};

TEST_F(Permutation, PutsRowsWhereTheOrderSays) {
  expect_rows_where_the_order_puts_them<float>();
  expect_rows_where_the_order_puts_them<double>();
}

TEST_F(Permutation, OrdersDependOnSeedAndNumberAlone) {
  const SampleOrders orders(samples_in_all, 1, 7);
  for (std::uint64_t draw = 0; draw < 4; ++draw) {
    auto order = orders.order(draw);
    EXPECT_EQ(order, SampleOrders(samples_in_all, 1, 7).order(draw));
    EXPECT_NE(order, SampleOrders(samples_in_all, 1, 8).order(draw));
    EXPECT_NE(order, orders.order(draw + 1));
    std::ranges::sort(order);
    for (std::size_t i = 0; i < samples_in_all; ++i) {
      EXPECT_EQ(order[i], i);
    }
  }
}

/// Each of the 24 orders of 4 samples, some 100 times of 2400.
TEST_F(Permutation, OrdersAreEquallyProbable) {
  std::map<std::vector<std::size_t>, int> counts;
  for (std::uint64_t draw = 0; draw < 2400; ++draw) {
    ++counts[SampleOrders(4, 1, 3).order(draw)];
  }
  EXPECT_EQ(counts.size(), 24U);
  double chi_squared = 0.0;
  for (const auto& [order, count] : counts) {
    chi_squared += (count - 100) * (count - 100) / 100.0;
  }
  EXPECT_LT(chi_squared, 49.7);  // 0.1% of orders drawn fairly
}

TEST_F(Permutation, BlocksKeepTogether) {
  const auto order = SampleOrders(11, 4, 1).order(2);
  std::set<std::size_t> seen(order.begin(), order.end());
  EXPECT_EQ(seen.size(), 11U);
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    if (order[i] % 4 != 3 && order[i] != 10) {
      EXPECT_EQ(order[i + 1], order[i] + 1);
    }
  }
}

/// p-values against those from all rows in one place.
TEST_F(Permutation, CountsHowOftenChanceDoesAsWell) {
  const reference::Sides global = reference::keyed_sides(samples_in_all, 2, 3, 5);
  const Matrix<double> a = test::local_rows<double>(global.a, share_);
  const Matrix<double> b = test::local_rows<double>(global.b, share_);
  const auto sum_of_products = [](const reference::Table& x, const reference::Table& y,
                                  const std::vector<std::size_t>& order, std::size_t j) {
    double sum = 0.0;
    for (std::size_t i = 0; i < samples_in_all; ++i) {
      sum += static_cast<double>(x[i][j]) * static_cast<double>(y[order[i]][j]);
    }
    return sum;
  };
  const StatisticOf<double> statistic = [&](const stats::RowPairs<double>& pairs) -> Statistic {
    std::vector<double> sums(2, 0.0);
    Buffer<double> scratch_a;
    Buffer<double> scratch_b;
    for (std::size_t i = 0; i < pairs.count(); ++i) {
      const auto x = pairs.a.tile(i, 1, scratch_a);
      const auto y = pairs.b.tile(i, 1, scratch_b);
      sums[0] += x(0, 0) * y(0, 0);
      sums[1] += x(0, 1) * y(0, 1);
    }
    world_.sum(std::span<double>(sums));
    return {sums[0] + sums[1], sums};
  };
  const PermutationOptions options{40, 1, 9};
  const stats::MatrixRows<double> a_rows(a.view());
  const stats::MatrixRows<double> b_rows(b.view());
  const auto same =
      test_by_permutation<double>(world_, {a_rows, b_rows}, options, Rival::same, statistic);
  const auto largest =
      test_by_permutation<double>(world_, {a_rows, b_rows}, options, Rival::largest, statistic);

  std::vector<std::size_t> own(samples_in_all);
  std::iota(own.begin(), own.end(), std::size_t{0});
  const double observed[] = {sum_of_products(global.a, global.b, own, 0),
                             sum_of_products(global.a, global.b, own, 1)};
  double as_large[] = {1.0, 1.0, 1.0, 1.0};  // both, first, second, first as rival of second
  double mean = 0.0;
  for (std::size_t k = 0; k < options.count; ++k) {
    // The narrower side a moves: sample order[i] of a goes to sample i of b.
    const auto order = SampleOrders(samples_in_all, 1, 9).order(k);
    const double first = sum_of_products(global.b, global.a, order, 0);
    const double second = sum_of_products(global.b, global.a, order, 1);
    as_large[0] += first + second >= observed[0] + observed[1] ? 1.0 : 0.0;
    as_large[1] += first >= observed[0] ? 1.0 : 0.0;
    as_large[2] += second >= observed[1] ? 1.0 : 0.0;
    as_large[3] += first >= observed[1] ? 1.0 : 0.0;
    mean += second / 40.0;
  }
  EXPECT_EQ(same.permutations, 40U);
  EXPECT_DOUBLE_EQ(same.p_value, as_large[0] / 41.0);
  ASSERT_EQ(same.p_values.size(), 2U);
  EXPECT_DOUBLE_EQ(same.p_values[0], as_large[1] / 41.0);
  EXPECT_DOUBLE_EQ(same.p_values[1], as_large[2] / 41.0);
  EXPECT_DOUBLE_EQ(largest.p_values[1], as_large[3] / 41.0);
  EXPECT_NEAR(same.correlations_by_chance[1], mean, 1e-12);
}

TEST_F(Permutation, RefusesValuesThatAreNotFinite) {
  const Matrix<double> local = numbered<double>(1);
  const stats::MatrixRows<double> source(local.view());
  int calls = 0;
  const StatisticOf<double> statistic = [&](const stats::RowPairs<double>&) -> Statistic {
    return {++calls > 1 ? std::numeric_limits<double>::quiet_NaN() : 1.0, {}};
  };
  EXPECT_THROW((void)test_by_permutation<double>(world_, {source, source}, {3, 1, 1}, Rival::same,
                                                 statistic),
               NumericError);
}

}  // namespace
}  // namespace infomax::analysis

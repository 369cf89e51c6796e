// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/bootstrap.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"
#include "objective_fixture.hpp"

namespace infomax::analysis {
namespace {

constexpr std::size_t samples_in_all = 41;
constexpr double normal_quantile = 1.6448536269514722;  // of 0.95, so of the confidence 0.9

class Bootstrap : public testing::Test {
 protected:
  const mpi::Communicator world_ = mpi::Communicator::world();
  const test::Share share_{world_, samples_in_all};
  const reference::Sides global_ = reference::keyed_sides(samples_in_all, 1, 1, 5);
  const Matrix<double> a_ = test::local_rows<double>(global_.a, share_);
  const Matrix<double> b_ = test::local_rows<double>(global_.b, share_);
  const stats::MatrixRows<double> a_rows_{a_.view()};
  const stats::MatrixRows<double> b_rows_{b_.view()};

  /// The mean of products, and its fifth part as a correlation.
  [[nodiscard]] PairedStatistic<double> mean_of_products(Rival rival) const {
    const auto of = [this](const stats::RowPairs<double>& pairs) -> Statistic {
      std::vector<double> sums(2, 0.0);
      Buffer<double> scratch_a;
      Buffer<double> scratch_b;
      for (std::size_t i = 0; i < pairs.count(); ++i) {
        sums[0] += pairs.a.tile(i, 1, scratch_a)(0, 0) * pairs.b.tile(i, 1, scratch_b)(0, 0);
        sums[1] += 1.0;
      }
      world_.sum(std::span<double>(sums));
      const double mean = sums[0] / sums[1];
      return {0.0, {mean / 5.0}, mean};
    };
    return {{a_rows_, b_rows_}, of, rival};
  }

  [[nodiscard]] double product(std::size_t sample) const {
    return static_cast<double>(global_.a[sample][0]) * static_cast<double>(global_.b[sample][0]);
  }

  /// What bootstrap() is to find, from all rows in one place, of drawings of `block` samples.
  [[nodiscard]] NumberInterval expected(std::size_t count, std::size_t block,
                                        bool is_correlation) const {
    const auto number = [&](double mean) { return is_correlation ? std::atanh(mean / 5.0) : mean; };
    double own = 0.0;
    for (std::size_t i = 0; i < samples_in_all; ++i) {
      own += product(i) / samples_in_all;
    }
    std::vector<double> drawn;
    for (std::size_t k = 0; k < count; ++k) {
      const CounterRandom random(9, RandomStream::resampling, k);
      double sum = 0.0;
      for (std::size_t i = 0; i < samples_in_all; ++i) {
        const std::size_t begin = random.below(samples_in_all, i / block);
        sum += product((begin + i % block) % samples_in_all);
      }
      drawn.push_back(number(sum / samples_in_all));
    }
    double mean = 0.0;
    for (const double value : drawn) {
      mean += value / static_cast<double>(count);
    }
    double variance = 0.0;
    for (const double value : drawn) {
      variance += (value - mean) * (value - mean) / static_cast<double>(count - 1);
    }
    const double centre = 2.0 * number(own) - mean;
    const double half = normal_quantile * std::sqrt(variance);
    return {centre - half, centre + half};
  }
};

TEST_F(Bootstrap, IntervalsAreThoseOfDrawingsFromAllRowsInOnePlace) {
  for (const std::size_t block : {1U, 6U}) {
    const auto found =
        bootstrap(world_, mean_of_products(Rival::same), BootstrapOptions{30, block, 9, 0.9});
    EXPECT_EQ(found.drawings, 30U);
    const auto mean = expected(30, block, false);
    EXPECT_NEAR(found.dependence.low, mean.low, 1e-12);
    EXPECT_NEAR(found.dependence.high, mean.high, 1e-12);
    ASSERT_EQ(found.correlations.size(), 1U);
    const auto fisher = expected(30, block, true);
    EXPECT_NEAR(found.correlations[0].low, std::tanh(fisher.low), 1e-12);
    EXPECT_NEAR(found.correlations[0].high, std::tanh(fisher.high), 1e-12);
  }
}

TEST_F(Bootstrap, FittedCorrelationsHaveNoSign) {
  const BootstrapOptions options{30, 1, 9, 0.9};
  const auto same = bootstrap(world_, mean_of_products(Rival::same), options);
  const auto fitted = bootstrap(world_, mean_of_products(Rival::largest), options);
  EXPECT_LT(same.correlations[0].low, 0.0);
  EXPECT_EQ(fitted.correlations[0].low, 0.0);
  EXPECT_EQ(fitted.correlations[0].high, std::max(0.0, same.correlations[0].high));
}

TEST_F(Bootstrap, RefusesValuesThatAreNotFinite) {
  int calls = 0;
  const PairedStatistic<double> statistic{
      {a_rows_, b_rows_},
      [&](const stats::RowPairs<double>&) -> Statistic {
        return {0.0, {}, ++calls > 2 ? std::numeric_limits<double>::quiet_NaN() : 1.0};
      },
      Rival::same};
  EXPECT_THROW((void)bootstrap(world_, statistic, BootstrapOptions{3, 1, 1, 0.95}), NumericError);
}

}  // namespace
}  // namespace infomax::analysis

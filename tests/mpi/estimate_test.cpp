// SPDX-License-Identifier: BSD-3-Clause
// Estimators of mutual information beside plain loops over all rows, and their influence beside
// derivatives by the weights of rows.
#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "estimate/interval.hpp"
#include "estimate/sides.hpp"
#include "estimate/without_training.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"
#include "infomax/objective/pair_bound.hpp"
#include "mpi/objective_fixture.hpp"

namespace infomax::estimate {
namespace {

using objective::PairBound;
using Weights = std::vector<double>;
using Table = std::vector<std::vector<double>>;

constexpr std::size_t rows = 23;
constexpr double clip = 0.5;
constexpr double temperature = 3.0;

/// One side, [rows, columns].
Table make_side(std::uint64_t seed, std::size_t columns) {
  Table side(rows, std::vector<double>(columns));
  const CounterRandom random(seed, RandomStream::generation);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      side[i][j] = random.normal(i * columns + j);
    }
  }
  return side;
}

Matrix<double> local_rows(const Table& global, const test::Share& share) {
  Matrix<double> local(share.count, global[0].size());
  for (std::size_t i = 0; i < share.count; ++i) {
    std::ranges::copy(global[share.first + i], local.view().row(i).begin());
  }
  return local;
}

/// y follows x.
Table make_follower(const Table& x, std::size_t columns) {
  auto y = make_side(7, columns);
  for (std::size_t i = 0; i < rows; ++i) {
    y[i][0] = 0.4 * y[i][0] + x[i][0] * x[i][0];
  }
  return y;
}

class Estimators : public testing::Test {
 protected:
  Estimators()
      : world_(mpi::Communicator::world()),
        share_(world_, rows),
        x_(make_side(3, 3)),
        y_(make_follower(x_, 3)) {}

  void compare(const stats::ValueOfRows& found,
               const std::function<double(const Weights&)>& of_weights, double plain) const {
    EXPECT_NEAR(found.value, plain, 1e-11);
    ASSERT_EQ(found.influence.size(), share_.count);
    const double h = 1e-5;
    for (std::size_t i = 0; i < share_.count; ++i) {
      const auto shifted = [&](double by) {
        Weights weights(rows, (1.0 - by) / rows);
        weights[share_.first + i] += by;
        return of_weights(weights);
      };
      EXPECT_NEAR(found.influence[i], (shifted(h) - shifted(-h)) / (2.0 * h), 1e-6) << "row " << i;
    }
  }

  [[nodiscard]] double score(std::size_t i, std::size_t j) const {
    double sum = 0.0;
    for (std::size_t k = 0; k < x_[i].size(); ++k) {
      sum += x_[i][k] * y_[j][k];
    }
    return sum / temperature;
  }

  /// The bound where rows have weights that add up to 1.
  [[nodiscard]] double bound(PairBound which, const Weights& w) const {
    double positive = 0.0;
    double negative = 0.0;
    double pairs = 0.0;
    for (std::size_t i = 0; i < rows; ++i) {
      double of_row = 0.0;
      for (std::size_t j = 0; j < rows; ++j) {
        const double u = score(i, j);
        of_row += w[j] * std::exp(u);
        if (i != j) {
          const double used = which == PairBound::smile ? std::clamp(u, -clip, clip) : u;
          negative += w[i] * w[j] * std::exp(used);
          pairs += w[i] * w[j];
        }
      }
      positive +=
          w[i] * (which == PairBound::infonce ? score(i, i) - std::log(of_row) : score(i, i));
    }
    if (which == PairBound::infonce) {
      return positive;
    }
    const double q = negative / pairs;
    return positive - (which == PairBound::nwj ? q / std::exp(1.0) : std::log(q));
  }

  mpi::Communicator world_;
  test::Share share_;
  Table x_;
  Table y_;
};

TEST_F(Estimators, BoundsAreThoseOfAllPairs) {
  const auto a = local_rows(x_, share_);
  const auto b = local_rows(y_, share_);
  for (const auto which : {PairBound::infonce, PairBound::dv, PairBound::nwj, PairBound::smile}) {
    SCOPED_TRACE(static_cast<int>(which));
    const auto found =
        objective::measure_bound(world_, which, a.view(), b.view(), temperature, clip);
    const auto of_weights = [&](const Weights& w) { return bound(which, w); };
    compare(found, of_weights, of_weights(Weights(rows, 1.0 / rows)));
  }
}

/// ln of the determinant of the weighted covariance of some columns, by elimination.
double log_determinant(const Table& table, const Weights& w) {
  const std::size_t d = table[0].size();
  std::vector<double> mean(d, 0.0);
  for (std::size_t i = 0; i < table.size(); ++i) {
    for (std::size_t j = 0; j < d; ++j) {
      mean[j] += w[i] * table[i][j];
    }
  }
  Table c(d, std::vector<double>(d, 0.0));
  for (std::size_t i = 0; i < table.size(); ++i) {
    for (std::size_t j = 0; j < d; ++j) {
      for (std::size_t k = 0; k < d; ++k) {
        c[j][k] += w[i] * (table[i][j] - mean[j]) * (table[i][k] - mean[k]);
      }
    }
  }
  double log = 0.0;
  for (std::size_t k = 0; k < d; ++k) {
    log += std::log(c[k][k]);
    for (std::size_t i = k + 1; i < d; ++i) {
      for (std::size_t j = d; j-- > k;) {
        c[i][j] -= c[i][k] / c[k][k] * c[k][j];
      }
    }
  }
  return log;
}

TEST_F(Estimators, GaussianIsThatOfTheCovarianceLessItsBias) {
  const auto x = local_rows(x_, share_);
  const auto y = local_rows(y_, share_);
  auto both = x_;
  for (std::size_t i = 0; i < rows; ++i) {
    both[i].insert(both[i].end(), y_[i].begin(), y_[i].end());
  }
  // The means of ln |C| over samples of 23 normal rows, by the digamma function at half-integers
  // and integers: psi(1) = -g, psi(1/2) = -g - 2 ln 2, psi(z + 1) = psi(z) + 1/z.
  const auto psi = [](double z) {
    constexpr double euler = 0.57721566490153286;
    double at = std::fmod(z, 1.0) == 0.0 ? 1.0 : 0.5;
    double value = at == 1.0 ? -euler : -euler - 2.0 * std::log(2.0);
    for (; at < z; at += 1.0) {
      value += 1.0 / at;
    }
    return value;
  };
  double bias = 0.0;
  for (std::size_t i = 1; i <= 6; ++i) {
    const double of_column = psi(0.5 * static_cast<double>(rows - i));
    bias += (i <= 3 ? 0.5 : -0.5) * of_column;
  }
  const auto of_weights = [&](const Weights& w) {
    return 0.5 * (log_determinant(x_, w) + log_determinant(y_, w) - log_determinant(both, w));
  };
  const auto found = estimate::gaussian_information(world_, x.view(), y.view());
  compare(found, of_weights, of_weights(Weights(rows, 1.0 / rows)) - bias);
}

TEST_F(Estimators, DependentColumnsAreNamed) {
  auto x = local_rows(x_, share_);
  const auto y = local_rows(y_, share_);
  for (std::size_t i = 0; i < x.rows(); ++i) {
    x(i, 2) = x(i, 0) - 3.0 * x(i, 1);
  }
  try {
    (void)estimate::gaussian_information(world_, x.view(), y.view());
    ADD_FAILURE() << "no error";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("columns of x are linearly dependent"),
              std::string::npos)
        << error.what();
  }
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double most = 0.0;
  for (std::size_t j = 0; j < a.size(); ++j) {
    most = std::max(most, std::abs(a[j] - b[j]));
  }
  return most;
}

double harmonic_digamma(std::size_t n) {
  double value = -0.57721566490153286;
  for (std::size_t k = 1; k < n; ++k) {
    value += 1.0 / static_cast<double>(k);
  }
  return value;
}

TEST_F(Estimators, NearestNeighboursAreThoseOfAllRows) {
  // Two rows are equal, so that one has a neighbour at the distance 0.
  x_[5] = x_[4];
  y_[5] = y_[4];
  const auto x = local_rows(x_, share_);
  const auto y = local_rows(y_, share_);
  for (const std::size_t k : {1, 4}) {
    std::vector<double> terms(rows);
    double mean = 0.0;
    for (std::size_t i = 0; i < rows; ++i) {
      std::vector<double> distances;
      for (std::size_t j = 0; j < rows; ++j) {
        if (j != i) {
          distances.push_back(std::max(distance(x_[i], x_[j]), distance(y_[i], y_[j])));
        }
      }
      std::ranges::sort(distances);
      std::size_t of_x = 0;
      std::size_t of_y = 0;
      for (std::size_t j = 0; j < rows; ++j) {
        of_x += j != i && distance(x_[i], x_[j]) < distances[k - 1] ? 1 : 0;
        of_y += j != i && distance(y_[i], y_[j]) < distances[k - 1] ? 1 : 0;
      }
      terms[i] = harmonic_digamma(k) + harmonic_digamma(rows) - harmonic_digamma(of_x + 1) -
                 harmonic_digamma(of_y + 1);
      mean += terms[i] / rows;
    }
    const auto found = estimate::nearest_information(world_, x.view(), y.view(), k);
    EXPECT_NEAR(found.information.value, mean, 1e-12);
    EXPECT_EQ(found.repeated, k == 1 ? 2U : 0U);
    for (std::size_t i = 0; i < share_.count; ++i) {
      EXPECT_NEAR(found.information.influence[i], terms[share_.first + i] - mean, 1e-12);
    }
  }
}

TEST_F(Estimators, HistogramCutsEqualParts) {
  auto x = local_rows(x_, share_);
  auto y = local_rows(y_, share_);
  Matrix<double> x0(share_.count, 1);
  Matrix<double> y0(share_.count, 1);
  for (std::size_t i = 0; i < share_.count; ++i) {
    x0(i, 0) = x(i, 0);
    y0(i, 0) = y(i, 0);
  }
  estimate::to_normal_scores(world_, x0.view());
  estimate::to_normal_scores(world_, y0.view());
  const auto found = estimate::histogram_information(world_, x0.view(), y0.view(), 4);

  const auto cell = [](const Table& table, std::size_t i) {
    double rank = 0.5;
    for (std::size_t j = 0; j < rows; ++j) {
      rank += table[j][0] < table[i][0] ? 1.0 : 0.0;
    }
    return static_cast<std::size_t>(rank / rows * 4.0);
  };
  const auto of_weights = [&](const Weights& w) {
    std::vector<double> joint(16, 0.0);
    std::vector<double> of_x(4, 0.0);
    std::vector<double> of_y(4, 0.0);
    for (std::size_t i = 0; i < rows; ++i) {
      joint[4 * cell(x_, i) + cell(y_, i)] += w[i];
      of_x[cell(x_, i)] += w[i];
      of_y[cell(y_, i)] += w[i];
    }
    double sum = 0.0;
    for (std::size_t c = 0; c < 16; ++c) {
      sum += joint[c] > 0.0 ? joint[c] * std::log(joint[c] / (of_x[c / 4] * of_y[c % 4])) : 0.0;
    }
    return sum;
  };
  std::vector<bool> filled(16, false);
  for (std::size_t i = 0; i < rows; ++i) {
    filled[4 * cell(x_, i) + cell(y_, i)] = true;
  }
  const auto cells = static_cast<double>(std::ranges::count(filled, true));
  compare(found, of_weights,
          of_weights(Weights(rows, 1.0 / rows)) - (cells - 4.0 - 4.0 + 1.0) / (2.0 * rows));
}

TEST_F(Estimators, ScoresAreQuantilesOfMeanRanks) {
  x_[9][1] = x_[2][1];
  auto local = local_rows(x_, share_);
  estimate::to_normal_scores(world_, local.view());
  for (std::size_t i = 0; i < share_.count; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      double rank = 0.5;
      for (std::size_t other = 0; other < rows; ++other) {
        const double z = x_[other][j];
        const double own = x_[share_.first + i][j];
        rank += z < own ? 1.0 : z == own ? 0.5 : 0.0;
      }
      // The distribution function at the score is the share of the ranks.
      EXPECT_NEAR(0.5 * std::erfc(-local(i, j) / std::sqrt(2.0)), (rank - 0.5) / rows, 1e-14);
    }
  }
}

TEST_F(Estimators, IntervalsAreAsWideAsTheInfluenceSays) {
  stats::ValueOfRows value{.value = 2.5, .influence = {}};
  const test::Share share(world_, 4000);
  const CounterRandom random(11, RandomStream::generation);
  for (std::size_t i = 0; i < share.count; ++i) {
    value.influence.push_back(3.0 * random.normal(share.first + i));
  }
  const auto interval = estimate::bootstrap_interval(world_, value, 0.95, 1);
  // 3 / sqrt(4000) times 1.96 to either side, but for the chance of 4000 numbers and 2000 drawings.
  const double expected = 1.959964 * 3.0 / std::sqrt(4000.0);
  EXPECT_NEAR(0.5 * (interval.high - interval.low), expected, 0.12 * expected);
  const auto wider = estimate::bootstrap_interval(world_, value, 0.99, 1);
  EXPECT_LT(wider.low, interval.low);
  EXPECT_GT(wider.high, interval.high);
  const auto other = estimate::bootstrap_interval(world_, value, 0.95, 2);
  EXPECT_NE(other.low, interval.low);
}

}  // namespace
}  // namespace infomax::estimate

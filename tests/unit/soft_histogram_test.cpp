// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/stats/histogram.hpp"

#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "infomax/objective/entropy.hpp"
#include "reference/keyed_data.hpp"
#include "reference/objective_reference.hpp"

namespace infomax::stats {
namespace {

/// A side of one column with the given values, its histogram over `range`.
Matrix<double> histogram_of(const std::vector<double>& values, std::size_t bins,
                            HistogramRange range, bool with_gradient) {
  Matrix<double> side(values.size(), 1);
  std::ranges::copy(values, side.data());
  const std::vector<double> mean{0.0};
  const std::vector<double> variance{1.0};
  SoftHistogram histogram(bins, range);
  histogram.begin(static_cast<double>(values.size()), mean, variance, with_gradient);
  std::vector<double> message(histogram.message_size());
  Buffer<double> scratch;
  histogram.count<double>(MatrixRows<double>(side.view()), 0, side.rows(), scratch, message);
  histogram.finish(message);
  Matrix<double> p(1, bins);
  std::ranges::copy(histogram.probabilities().row(0), p.data());
  return p;
}

TEST(SoftHistogram, IsTheSumOfSplines) {
  const HistogramRange range{false, -1.0, 2.0};
  // Knots, ends, inside, and clamped on both sides.
  const std::vector<double> values{-1.0, 2.0, 0.0, 0.5, 0.7123, -0.999, 1.999, -5.0, 3.0, 1e300};
  const std::size_t bins = 9;
  for (const bool with_gradient : {false, true}) {
    const Matrix<double> p = histogram_of(values, bins, range, with_gradient);
    double total = 0.0;
    for (std::size_t k = 0; k < bins; ++k) {
      reference::Real expected = 0;
      for (const double v : values) {
        const reference::Real u = 1 + 6 * (std::clamp<reference::Real>(v, -1, 2) + 1) / 3;
        expected += reference::beta3(u - static_cast<reference::Real>(k)) /
                    static_cast<reference::Real>(values.size());
      }
      EXPECT_NEAR(p(0, k), static_cast<double>(expected), 1e-15) << k;
      total += p(0, k);
    }
    EXPECT_NEAR(total, 1.0, 1e-15);
  }
}

TEST(SoftHistogram, OneValueInTheMiddleOfACellIsKnownByHand) {
  // M = 5: two cells over [0, 2]; v = 0.5 has f = 1/2 of the first: 1/48, 23/48, 23/48, 1/48.
  const Matrix<double> p = histogram_of({0.5}, 5, {false, 0.0, 2.0}, false);
  EXPECT_NEAR(p(0, 0), 1.0 / 48.0, 1e-16);
  EXPECT_NEAR(p(0, 1), 23.0 / 48.0, 1e-15);
  EXPECT_NEAR(p(0, 2), 23.0 / 48.0, 1e-15);
  EXPECT_NEAR(p(0, 3), 1.0 / 48.0, 1e-16);
  EXPECT_EQ(p(0, 4), 0.0);
}

TEST(SoftHistogram, NotANumberIsNotLost) {
  const Matrix<double> p =
      histogram_of({0.5, std::numeric_limits<double>::quiet_NaN()}, 5, {false, 0.0, 2.0}, true);
  EXPECT_TRUE(std::isnan(std::accumulate(p.span().begin(), p.span().end(), 0.0)));
}

TEST(SoftHistogram, GradientWithoutStandardisingIsLocal) {
  // J = sum_k weight_k p_k, whose derivative is known: (1/N) sum_k weight_k beta3'(u - k) du/dv.
  const HistogramRange range{false, -1.0, 1.0};
  const std::size_t bins = 8;
  Matrix<double> side(3, 1);
  side(0, 0) = -0.3;
  side(1, 0) = 0.81;
  side(2, 0) = 1.5;  // clamped
  const std::vector<double> mean{0.2};
  const std::vector<double> variance{0.7};
  Matrix<double> weight(1, bins);
  for (std::size_t k = 0; k < bins; ++k) {
    weight(0, k) = std::sin(static_cast<double>(3 * k));
  }
  SoftHistogram histogram(bins, range);
  histogram.begin(3.0, mean, variance, true);
  std::vector<double> message(histogram.message_size());
  Buffer<double> scratch;
  const MatrixRows<double> rows(side.view());
  histogram.count<double>(rows, 0, rows.rows(), scratch, message);
  histogram.finish(message);
  histogram.differentiate(weight.view());
  Matrix<double> gradient(3, 1, 10.0);

  histogram.add_gradient<double>(rows, scratch, gradient.view());

  for (std::size_t i = 0; i < 3; ++i) {
    const reference::Real u = 1 + 5 * (static_cast<reference::Real>(side(i, 0)) + 1) / 2;
    reference::Real expected = 10;
    for (std::size_t k = 0; k < bins && i < 2; ++k) {
      expected +=
          weight(0, k) * reference::beta3_slope(u - static_cast<reference::Real>(k)) * 2.5L / 3;
    }
    EXPECT_NEAR(gradient(i, 0), static_cast<double>(expected), 1e-14) << i;
  }
}

TEST(MeanEntropy, OfUniformBinsIsTheLogarithmOfTheirNumber) {
  Matrix<double> p(2, 8, 1.0 / 8.0);
  for (std::size_t k = 0; k < 8; ++k) {
    p(1, k) = k < 4 ? 0.25 : (k == 4 ? -1e-17 : 0.0);  // rounding may leave less than nothing
  }
  Matrix<double> derivative(2, 8);
  const double entropy = objective::mean_entropy(p.view(), 2.0, derivative.view());
  EXPECT_NEAR(entropy, 0.5 * (std::log(8.0) + std::log(4.0)), 1e-15);
  EXPECT_NEAR(derivative(0, 3), std::log(8.0), 1e-15);
  EXPECT_EQ(derivative(1, 4), 0.0);
}

TEST(Reference, GradientIsThatOfCentralDifferences) {
  for (const std::string rho : {"pearson", "rv", "cca"}) {
    objective::ObjectiveOptions options;
    options.set("rho", rho);
    options.set("lambda-a", 0.3);
    options.set("lambda-b", -0.2);
    options.set("ridge", 0.1);
    options.set("histogram-range", "sigma:1.5");
    reference::Sides sides = reference::keyed_sides(13, 2, 2, 51);
    const reference::Gradients gradients = reference::gradients(options, sides.a, sides.b);
    const reference::Real step = 1e-6L;
    const auto check = [&](reference::Table& side, const reference::Table& gradient) {
      for (std::size_t i = 0; i < side.size(); ++i) {
        for (std::size_t j = 0; j < side[0].size(); ++j) {
          const reference::Real kept = side[i][j];
          side[i][j] = kept + step;
          const reference::Real up = reference::evaluate(options, sides.a, sides.b).objective;
          side[i][j] = kept - step;
          const reference::Real down = reference::evaluate(options, sides.a, sides.b).objective;
          side[i][j] = kept;
          EXPECT_NEAR(static_cast<double>((up - down) / (2 * step)),
                      static_cast<double>(gradient[i][j]), 1e-9)
              << rho;
        }
      }
    };
    check(sides.a, gradients.a);
    check(sides.b, gradients.b);
  }
}

}  // namespace
}  // namespace infomax::stats

// SPDX-License-Identifier: BSD-3-Clause
#include "objective/variance_shares.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/random.hpp"

namespace infomax::objective {
namespace {

double of_sum(std::span<const double> sigma, const Ridge& /*ridge*/, std::span<double> derivative) {
  std::ranges::fill(derivative, 1.0);
  return std::accumulate(sigma.begin(), sigma.end(), 0.0);
}

double of_squares(std::span<const double> sigma, const Ridge& /*ridge*/,
                  std::span<double> derivative) {
  std::ranges::transform(sigma, derivative.begin(), [](double s) { return 2.0 * s; });
  return std::inner_product(sigma.begin(), sigma.end(), sigma.begin(), 1.0);
}

double of_information(std::span<const double> sigma, const Ridge& /*ridge*/,
                      std::span<double> derivative) {
  double value = 0.0;
  for (std::size_t i = 0; i < sigma.size(); ++i) {
    value -= 0.5 * std::log1p(-sigma[i] * sigma[i]);
    derivative[i] = sigma[i] / (1.0 - sigma[i] * sigma[i]);
  }
  return value;
}

constexpr SpectralForm forms[] = {of_sum, of_squares, of_information};
constexpr double alphas[] = {1e-6, 1e-3, 0.1, 1.0, 20.0};

/// J of shares x and y of the two sides; an alpha of 0 makes a side's shares count for nothing.
double value(SpectralForm form, std::span<const double> mu, std::span<const double> x, double alpha,
             std::span<const double> y, double beta) {
  std::vector<double> sigma(mu.size());
  for (std::size_t i = 0; i < mu.size(); ++i) {
    sigma[i] =
        mu[i] * std::sqrt(x[i] / (x[i] + alpha) * (beta == 0.0 ? 1.0 : y[i] / (y[i] + beta)));
  }
  std::vector<double> unused(mu.size());
  return form(sigma, Ridge{}, unused);
}

/// Shares that are at random near `centre`, or anywhere.
std::vector<double> random_shares(const CounterRandom& random, std::size_t number,
                                  std::span<const double> centre) {
  std::vector<double> shares(centre.size());
  const double near = std::pow(10.0, -static_cast<double>(number % 6));
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const double any = -std::log(random.uniform(number * shares.size() + i) + 1e-12);
    shares[i] = (1.0 - near) * centre[i] + near * any;
  }
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  std::ranges::for_each(shares, [total](double& share) { share /= total; });
  return shares;
}

void expect_shares(std::span<const double> shares) {
  EXPECT_NEAR(std::accumulate(shares.begin(), shares.end(), 0.0), 1.0, 1e-12);
  EXPECT_GE(std::ranges::min(shares), 0.0);
}

const std::vector<double> mu{0.97, 0.9, 0.5, 0.08, 0.002};

TEST(VarianceShares, OfOneSideAreTheBest) {
  const CounterRandom random(1, RandomStream::generation);
  for (const SpectralForm form : forms) {
    for (const double alpha : alphas) {
      const auto shares = best_shares(form, mu, alpha);
      expect_shares(shares);
      const double best = value(form, mu, shares, alpha, {}, 0.0);
      for (std::size_t k = 0; k < 3000; ++k) {
        const auto other = random_shares(random, k, shares);
        ASSERT_LE(value(form, mu, other, alpha, {}, 0.0), best * (1.0 + 1e-14)) << alpha;
      }
    }
  }
}

TEST(VarianceShares, OfTwoSidesAreTheBest) {
  const CounterRandom random(2, RandomStream::generation);
  for (const SpectralForm form : forms) {
    for (const double alpha : alphas) {
      for (const double ratio : {1.0, 0.5}) {
        const auto shares = best_shares_of_both(form, mu, alpha, ratio * alpha);
        expect_shares(shares.a);
        expect_shares(shares.b);
        const double best = value(form, mu, shares.a, alpha, shares.b, ratio * alpha);
        for (std::size_t k = 0; k < 3000; ++k) {
          const auto a = random_shares(random, 2 * k, shares.a);
          const auto b = random_shares(random, 2 * k + 1, shares.b);
          ASSERT_LE(value(form, mu, a, alpha, b, ratio * alpha), best * (1.0 + 1e-13))
              << alpha << " " << ratio;
          ASSERT_LE(value(form, mu, a, alpha, a, ratio * alpha), best * (1.0 + 1e-13))
              << alpha << " " << ratio;
        }
      }
    }
  }
}

TEST(VarianceShares, OfOneComponentAreAllOfIt) {
  for (const double alpha : alphas) {
    EXPECT_EQ(best_shares(of_sum, std::vector{0.3}, alpha), std::vector{1.0});
    EXPECT_EQ(best_common_shares(of_squares, std::vector{0.3}, alpha), std::vector{1.0});
    EXPECT_EQ(best_shares_of_both(of_sum, std::vector{0.3}, alpha, 2.0).b, std::vector{1.0});
  }
}

}  // namespace
}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#include "objective/variance_shares.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

namespace infomax::objective {
namespace {

/// Enough halvings for a logarithm between -500 and 0 to reach double precision.
constexpr int halvings = 64;

/// A share that is 0 but for its logarithm.
constexpr double least_share = 1e-200;

double part_kept(double share, double alpha) { return share / (share + alpha); }

/// sigma = mu f(x)^power of one component, power 1/2 or 1, as a function of its share x.
struct Term {
  SpectralForm form;
  double mu;
  double alpha;
  double power;

  [[nodiscard]] double sigma(double share) const {
    const double part = part_kept(share, alpha);
    return mu * (power == 1.0 ? part : std::sqrt(part));
  }

  /// dh/dx.
  [[nodiscard]] double slope(double share) const {
    const double s = sigma(share);
    double derivative = 0.0;
    (void)form({&s, 1}, Ridge{}, {&derivative, 1});
    return derivative * s * power * alpha / (share * (share + alpha));
  }
};

/// The share from which on the slope falls. With power 1/2 it falls everywhere; with power 1, J of
/// squares or more rises like a higher power of a small share, and its slope has one maximum.
double peak(const Term& term) {
  if (term.power != 1.0) {
    return least_share;
  }
  constexpr double small_part = 1e-9;
  double low = std::log(small_part * std::min(term.alpha, 1.0));
  double high = 0.0;
  for (int step = 0; step < 2 * halvings; ++step) {
    const double third = (high - low) / 3.0;
    if (term.slope(std::exp(low + third)) < term.slope(std::exp(high - third))) {
      low += third;
    } else {
      high -= third;
    }
  }
  return std::exp(low);
}

/// The largest share, from `least` to 1, with at least this slope; the slope falls from `least` on.
double share_with(const Term& term, double slope, double least) {
  if (term.slope(1.0) >= slope) {
    return 1.0;
  }
  if (!(term.slope(least) > slope)) {
    return least;
  }
  double low = std::log(least);
  double high = 0.0;
  for (int step = 0; step < halvings; ++step) {
    const double middle = 0.5 * (low + high);
    (term.slope(std::exp(middle)) > slope ? low : high) = middle;
  }
  return std::exp(low);
}

/// The shares at which all slopes are equal, which the greatest J has; nothing where there are none
/// on the falling branches.
std::optional<std::vector<double>> equal_slopes(std::span<const Term> terms) {
  if (terms.size() == 1) {
    return std::vector<double>{1.0};
  }
  std::vector<double> least(terms.size());
  std::ranges::transform(terms, least.begin(), peak);
  const bool bounded = terms.front().power == 1.0;
  const double equal_share = 1.0 / static_cast<double>(terms.size());
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double low = infinity;
  double high = bounded ? infinity : 0.0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (const double last = terms[i].slope(1.0); last > 0.0) {
      low = std::min(low, last);
    }
    // Where every slope has a greatest value, none above the least of them is possible; otherwise
    // above twice the slope of equal shares, shares are smaller than these.
    high = bounded ? std::min(high, terms[i].slope(least[i]))
                   : std::max(high, 2.0 * terms[i].slope(equal_share));
  }
  std::vector<double> shares(terms.size());
  const auto total_at = [&](double slope) {
    for (std::size_t i = 0; i < terms.size(); ++i) {
      shares[i] = share_with(terms[i], slope, least[i]);
    }
    return std::accumulate(shares.begin(), shares.end(), 0.0);
  };
  if (!std::isfinite(low) || !(high > 0.0) || total_at(high) > 1.0) {
    return std::nullopt;
  }
  double log_low = std::log(std::min(low, high));
  double log_high = std::log(high);
  for (int step = 0; step < halvings; ++step) {
    const double middle = 0.5 * (log_low + log_high);
    (total_at(std::exp(middle)) > 1.0 ? log_low : log_high) = middle;
  }
  const double total = total_at(std::exp(log_high));
  for (double& share : shares) {
    share = share <= least_share ? 0.0 : share / total;
  }
  return shares;
}

std::vector<Term> share_terms(SpectralForm form, std::span<const double> mu, double alpha,
                              double power) {
  std::vector<Term> terms;
  for (const double correlation : mu) {
    terms.push_back({form, correlation, alpha, power});
  }
  return terms;
}

double value_with(SpectralForm form, std::span<const double> sigma) {
  std::vector<double> unused(sigma.size());
  return form(sigma, Ridge{}, unused);
}

/// Gives shares to the leading components alone, to as many as serve J best. `solve(count)` returns
/// their shares, if there are any, and J of them.
template <class Solve>
auto best_number(std::size_t k, Solve solve) {
  auto best = solve(k);
  for (std::size_t count = k; count-- > 1;) {
    auto fewer = solve(count);
    if (best && fewer && !(fewer->second > best->second)) {
      break;
    }
    if (fewer) {
      best = std::move(fewer);
    }
  }
  return std::move(best->first);
}

template <class Shares>
using Candidate = std::optional<std::pair<Shares, double>>;

}  // namespace

std::vector<double> best_shares(SpectralForm form, std::span<const double> mu, double alpha) {
  return equal_slopes(share_terms(form, mu, alpha, 0.5)).value();
}

std::vector<double> best_common_shares(SpectralForm form, std::span<const double> mu,
                                       double alpha) {
  const auto terms = share_terms(form, mu, alpha, 1.0);
  return best_number(mu.size(), [&](std::size_t count) -> Candidate<std::vector<double>> {
    auto shares = equal_slopes(std::span(terms).first(count));
    if (!shares) {
      return std::nullopt;
    }
    shares->resize(mu.size(), 0.0);
    std::vector<double> sigma(mu.size());
    for (std::size_t i = 0; i < mu.size(); ++i) {
      sigma[i] = terms[i].sigma((*shares)[i]);
    }
    return std::pair(*std::move(shares), value_with(form, sigma));
  });
}

SharesOfBoth best_shares_of_both(SpectralForm form, std::span<const double> mu, double alpha_a,
                                 double alpha_b) {
  if (alpha_a == alpha_b) {
    auto common = best_common_shares(form, mu, alpha_a);
    return {common, common};
  }
  // The best shares of one side, given those of the other, in turn.
  constexpr int most_turns = 200;
  constexpr double rounding = 1e-15;
  return best_number(mu.size(), [&](std::size_t count) -> Candidate<SharesOfBoth> {
    SharesOfBoth shares{std::vector<double>(count, 1.0 / static_cast<double>(count)),
                        std::vector<double>(count, 1.0 / static_cast<double>(count))};
    std::vector<double> left(count);
    const auto given = [&](const std::vector<double>& other, double alpha) {
      for (std::size_t i = 0; i < count; ++i) {
        left[i] = mu[i] * std::sqrt(part_kept(other[i], alpha));
      }
      return std::span<const double>(left);
    };
    for (int turn = 0; turn < most_turns; ++turn) {
      const auto before = shares.a;
      shares.a = best_shares(form, given(shares.b, alpha_b), alpha_a);
      shares.b = best_shares(form, given(shares.a, alpha_a), alpha_b);
      if (std::ranges::equal(shares.a, before,
                             [](double x, double y) { return std::abs(x - y) <= rounding; })) {
        break;
      }
    }
    std::vector<double> sigma(mu.size(), 0.0);
    for (std::size_t i = 0; i < count; ++i) {
      sigma[i] =
          mu[i] * std::sqrt(part_kept(shares.a[i], alpha_a) * part_kept(shares.b[i], alpha_b));
    }
    shares.a.resize(mu.size(), 0.0);
    shares.b.resize(mu.size(), 0.0);
    return std::pair(std::move(shares), value_with(form, sigma));
  });
}

}  // namespace infomax::objective

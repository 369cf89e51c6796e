// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <vector>

#include "infomax/objective/spectral.hpp"

/// @file
/// k components with correlations mu_i > 0, descending; J = sum_i h(sigma_i).

// A relative ridge makes the variances of uncorrelated outputs matter: where they have the shares
// x_i of the side's total variance, sum_i x_i = 1, and the ridge is the part alpha of that total,
// an output keeps f(x) = x / (x + alpha) of its squared correlation. These functions find the
// shares of greatest J. A share may be 0: a component that correlates too little to be worth its
// variance.
namespace infomax::objective {

/// Of one side, sigma_i = mu_i sqrt(f(x_i)): the shares [k].
[[nodiscard]] std::vector<double> best_shares(SpectralForm form, std::span<const double> mu,
                                              double alpha);

/// Of two sides that have the same shares and the same alpha, sigma_i = mu_i f(x_i): the shares
/// [k].
[[nodiscard]] std::vector<double> best_common_shares(SpectralForm form, std::span<const double> mu,
                                                     double alpha);

/// The shares [k] of either side.
struct SharesOfBoth {
  std::vector<double> a;
  std::vector<double> b;
};

/// Of two sides, sigma_i = mu_i sqrt(f_a(x_i) f_b(y_i)).
[[nodiscard]] SharesOfBoth best_shares_of_both(SpectralForm form, std::span<const double> mu,
                                               double alpha_a, double alpha_b);

}  // namespace infomax::objective

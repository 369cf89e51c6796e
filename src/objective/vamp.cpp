// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <numeric>

#include "objective/description.hpp"
#include "objective/list.hpp"

namespace infomax::objective {
namespace {

// Wu and Noe 2020; Mardt et al. 2018. The 1 is the correlation of the constant function.

double vamp1(std::span<const double> sigma, const Ridge& /*ridge*/, std::span<double> derivative) {
  std::ranges::fill(derivative, 1.0);
  return 1.0 + std::accumulate(sigma.begin(), sigma.end(), 0.0);
}

double vamp2(std::span<const double> sigma, const Ridge& /*ridge*/, std::span<double> derivative) {
  std::ranges::transform(sigma, derivative.begin(), [](double s) { return 2.0 * s; });
  return 1.0 + std::inner_product(sigma.begin(), sigma.end(), sigma.begin(), 0.0);
}

Description describe(const char* name, const char* help, SpectralForm form) {
  Description description = spectral_description(name, help, form);
  description.scores_subspaces = true;
  return description;
}

}  // namespace

Description describe_vamp1() { return describe("vamp1", "1 + sum s_i", vamp1); }

Description describe_vamp2() { return describe("vamp2", "1 + sum s_i^2", vamp2); }

}  // namespace infomax::objective

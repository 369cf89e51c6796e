// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "objective/description.hpp"
#include "objective/list.hpp"

namespace infomax::objective {
namespace {

/// -1/2 sum ln(1 - sigma_i^2), nats: the mutual information of jointly Gaussian sides. Throws
/// NumericError where it is infinite.
double mutual_information(std::span<const double> sigma, const Ridge& ridge,
                          std::span<double> derivative) {
  // Within so much of 1 a correlation is 1 but for rounding, and its information is noise.
  const double rounding =
      64.0 * static_cast<double>(sigma.size()) * std::numeric_limits<double>::epsilon();
  double value = 0.0;
  for (std::size_t i = 0; i < sigma.size(); ++i) {
    if (std::abs(sigma[i]) >= 1.0 - rounding) {
      throw NumericError(fmt::format(
          "the mutual information is infinite: canonical correlation {} of {} is {:.0f}, "
          "so a side determines part of the other; give more rows, or train with a "
          "larger {}",
          i + 1, sigma.size(), sigma[i], describe(ridge)));
    }
    value -= 0.5 * std::log1p(-sigma[i] * sigma[i]);
    derivative[i] = sigma[i] / ((1.0 - sigma[i]) * (1.0 + sigma[i]));
  }
  return value;
}

}  // namespace

Description describe_gaussian_mi() {
  return spectral_description("gaussian-mi", "-1/2 sum ln(1 - s_i^2), nats", mutual_information);
}

}  // namespace infomax::objective

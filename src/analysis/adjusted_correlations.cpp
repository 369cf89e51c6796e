// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/adjusted_correlations.hpp"

#include <algorithm>
#include <cmath>

namespace infomax::analysis {

std::vector<double> adjusted_correlations(std::span<const double> correlations, double samples,
                                          std::size_t p, std::size_t q) {
  const double c = static_cast<double>(p) / (samples - 1.0);
  const double d = static_cast<double>(q) / (samples - 1.0);
  std::vector<double> adjusted;
  if (samples < 2.0 || c + d >= 1.0) {
    return adjusted;
  }
  const double leading = (1.0 - c) * (1.0 - d);
  for (const double r : correlations) {
    // leading x^2 - middle x + c d = 0, whose discriminant is negative for what noise gives.
    const double middle = r * r - c * (1.0 - d) - d * (1.0 - c);
    const double discriminant = middle * middle - 4.0 * leading * c * d;
    const bool is_noise = middle <= 0.0 || discriminant < 0.0;
    const double x = is_noise ? 0.0 : (middle + std::sqrt(discriminant)) / (2.0 * leading);
    adjusted.push_back(std::copysign(std::sqrt(std::min(x, 1.0)), r));
  }
  return adjusted;
}

}  // namespace infomax::analysis

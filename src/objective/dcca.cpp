// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <numeric>

#include "objective/description.hpp"
#include "objective/list.hpp"

namespace infomax::objective {
namespace {

/// sum sigma_i, the trace norm of T (Andrew et al. 2013).
double trace_norm(std::span<const double> sigma, const Ridge& /*ridge*/,
                  std::span<double> derivative) {
  std::ranges::fill(derivative, 1.0);
  return std::accumulate(sigma.begin(), sigma.end(), 0.0);
}

}  // namespace

Description describe_dcca() { return spectral_description("dcca", "sum s_i", trace_norm); }

}  // namespace infomax::objective

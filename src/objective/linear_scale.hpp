// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>

#include "infomax/objective/canonical.hpp"

namespace infomax::objective {

/// The standard deviation of the outputs of a linear solution. With an absolute ridge J grows with
/// the outputs and has no maximum; its bound is J without a ridge. Outputs whose variance is 1e12
/// times the ridge reach it but for rounding. Any other ridge leaves their scale open: 1.
inline double deviation_above(const Ridge& ridge) {
  constexpr double variances_of_ridge = 1e12;
  const double absolute = ridge.absolute.value_or(0.0);
  return absolute > 0.0 ? std::sqrt(variances_of_ridge * absolute) : 1.0;
}

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#include "compare/intervals.hpp"

#include <cmath>

#include <boost/math/distributions/students_t.hpp>

namespace infomax::compare {

MeanInterval corrected_interval(std::span<const double> values, double ratio, double confidence) {
  const auto n = static_cast<double>(values.size());
  MeanInterval found;
  for (const double value : values) {
    found.mean += value / n;
  }
  double squares = 0.0;
  for (const double value : values) {
    squares += (value - found.mean) * (value - found.mean);
  }
  const double variance = squares / (n - 1.0);
  found.deviation = std::sqrt(variance);
  found.standard_error = std::sqrt((1.0 / n + ratio) * variance);
  const boost::math::students_t student(n - 1.0);
  const double t = boost::math::quantile(student, 0.5 * (1.0 + confidence));
  found.low = found.mean - t * found.standard_error;
  found.high = found.mean + t * found.standard_error;
  return found;
}

}  // namespace infomax::compare

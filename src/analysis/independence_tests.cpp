// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/independence_tests.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/complement.hpp>
#include <boost/math/distributions/fisher_f.hpp>

#include "infomax/core/error.hpp"

namespace infomax::analysis {
namespace {

/// How likely a value of at least `x` is. An infinite one is of a lambda of 0.
template <class Distribution>
double beyond(const Distribution& distribution, double x) {
  return std::isinf(x) ? 0.0 : boost::math::cdf(boost::math::complement(distribution, x));
}

/// For ln lambda of the correlations behind the first `kept`.
WilksTest test_of(std::size_t kept, double log_lambda,
                  const objective::SampleCorrelations& correlations) {
  const auto p = static_cast<double>(correlations.rank_a);
  const auto q = static_cast<double>(correlations.rank_b);
  const double w = correlations.samples - (p + q + 3.0) / 2.0;
  const double p_left = p - static_cast<double>(kept);
  const double q_left = q - static_cast<double>(kept);
  const double product = p_left * q_left;
  const double squares = p_left * p_left + q_left * q_left - 5.0;
  const double s = squares > 0.0 ? std::sqrt((product * product - 4.0) / squares) : 1.0;

  WilksTest test;
  test.kept = kept;
  test.lambda = std::exp(log_lambda);
  test.chi_square = -w * log_lambda;
  test.degrees = product;
  test.p_chi_square = beyond(boost::math::chi_squared(product), test.chi_square);
  test.numerator = product;
  test.denominator = w * s - product / 2.0 + 1.0;
  test.f = std::expm1(-log_lambda / s) * test.denominator / product;
  test.p_f = beyond(boost::math::fisher_f(product, test.denominator), test.f);
  return test;
}

}  // namespace

IndependenceTests independence_tests(objective::SampleCorrelations correlations) {
  const auto& [values, p, q, samples] = correlations;
  if (!(samples > static_cast<double>(p + q + 1))) {
    throw DataError(fmt::format(
        "`tests`: {} rows of sides that vary in {} and {} directions are too few, as it takes more "
        "than {}; `permutations` tests without such a limit",
        samples, p, q, p + q + 1));
  }
  IndependenceTests found;
  found.tests.resize(values.size());
  double log_lambda = 0.0;
  for (std::size_t k = values.size(); k-- > 0;) {
    log_lambda += std::log1p(-values[k] * values[k]);
    found.tests[k] = test_of(k, log_lambda, correlations);
  }
  found.correlations = std::move(correlations);
  return found;
}

}  // namespace infomax::analysis

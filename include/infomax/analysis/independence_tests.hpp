// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

#include "infomax/objective/sample_correlations.hpp"

/// @file
/// N independent rows; p and q directions in which the sides vary; r_i their canonical
/// correlations, i = 1 .. min(p, q).

namespace infomax::analysis {

/// A test of the hypothesis that the correlations behind the first `kept` are 0.
struct WilksTest {
  std::size_t kept = 0;       ///< k: correlations that may be anything
  double lambda = 1.0;        ///< Wilks' lambda, the product of 1 - r_i^2 over i > k
  double chi_square = 0.0;    ///< Bartlett's -(N - (p + q + 3) / 2) ln lambda
  double degrees = 0.0;       ///< of chi_square: (p - k)(q - k)
  double p_chi_square = 1.0;  ///< how likely a chi-square as large is by chance
  double f = 0.0;             ///< Rao's F (1951)
  double numerator = 0.0;     ///< degrees of freedom of f: (p - k)(q - k)
  double denominator = 0.0;   ///< degrees of freedom of f
  double p_f = 1.0;           ///< how likely an F as large is by chance
};

/// The tests of all hypotheses, and what they are of.
struct IndependenceTests {
  objective::SampleCorrelations correlations;  ///< r, p, q and N
  std::vector<WilksTest> tests;                ///< of k = 0 .. min(p, q) - 1
};

/// Wilks' lambda with the approximations of its distribution for normal rows, or many:
///
///     w = N - (p + q + 3) / 2,  P = p - k,  Q = q - k,
///     s = sqrt((P^2 Q^2 - 4) / (P^2 + Q^2 - 5)), or 1 where P^2 + Q^2 <= 5,
///     F = (1 / lambda^(1/s) - 1) d / (P Q) of P Q and d = w s - P Q / 2 + 1 degrees of freedom
///
/// (Bartlett 1947; Rao 1973, section 8c.5; Mardia, Kent and Bibby 1979, section 10.2.3). For P or Q
/// of 1 or 2, and k = 0, F is exact for normal rows. Throws DataError where N <= p + q + 1.
[[nodiscard]] IndependenceTests independence_tests(objective::SampleCorrelations correlations);

}  // namespace infomax::analysis

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "infomax/data/destination.hpp"

// N rows, p and q columns of x and y. Every number is a function of (seed, row, column) alone.
namespace infomax::data {

struct RandomShape {
  std::size_t rows = 100;
  std::size_t p = 10;
  std::size_t q = 5;
};

/// By one rank. /x [N, p] and /y [N, q], independent standard normal, f64: data in which there is
/// nothing to find but what the sample itself holds. The defaults are the source text's own
/// example.
void generate_random(const Destination& destination, const RandomShape& shape, std::uint64_t seed);

struct GaussianViews {
  std::size_t rows = 10'000;
  std::size_t p = 10;
  std::size_t q = 10;
  std::vector<double> correlations;  ///< canonical, each in [0, 1), at most min(p, q) of them
};

/// By one rank. /x [N, p] and /y [N, q], f64, jointly Gaussian: pairs u_i, v_i with correlation
/// rho_i, the other latent columns independent, each view then mixed by a fixed, well-conditioned
/// matrix (2 I plus a random one of norm below 1), which changes no canonical correlation. Root
/// attributes `canonical_correlations`, descending, and `mutual_information` =
/// -1/2 sum ln(1 - rho_i^2), nats. Throws UsageError where the correlations do not fit.
void generate_gaussian_views(const Destination& destination, const GaussianViews& views,
                             std::uint64_t seed);

}  // namespace infomax::data

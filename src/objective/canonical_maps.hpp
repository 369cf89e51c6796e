// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/objective/linear_solution.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/stats/moments.hpp"

/// @file
/// m and n inputs of sides a and b, p and q outputs.

namespace infomax::objective {

/// The linear maps of two sides, or of side b alone, to canonical variables.
struct CanonicalMaps {
  Matrix<double> a;                  ///< [m, p]; empty where side a is data
  Matrix<double> b;                  ///< [n, q]
  std::vector<double> correlations;  ///< of the columns, descending
};

/// The maps of greatest J for an objective of canonical correlations, as LinearForm::canonical
/// describes them; p = 0 where side a is data. Warns of inputs that depend on each other and of
/// outputs that are 0. Throws NumericError where a side does not vary.
[[nodiscard]] CanonicalMaps canonical_maps(const stats::SecondMoments& moments,
                                           const ObjectiveOptions& options, std::size_t outputs_a,
                                           std::size_t outputs_b);

/// The maps of regularised CCA, E_a U and E_b V of (C_aa + L_a I)^-1/2 C_ab (C_bb + L_b I)^-1/2 = U
/// S V^T with E_i = (C_ii + L_i I)^-1/2 up to a rotation, and its correlations S. A ridge of 0
/// keeps to the column space. Otherwise as canonical_maps().
[[nodiscard]] CanonicalMaps regularised_maps(const stats::SecondMoments& moments,
                                             const LinearRidges& ridges, std::size_t outputs_a,
                                             std::size_t outputs_b);

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include "infomax/stats/moments.hpp"
#include "objective/canonical_maps.hpp"
#include "objective/pls_options.hpp"

/// @file
/// m and n inputs of sides a and b, p and q outputs.

namespace infomax::objective {

/// The maps of partial least squares, as PlsMode and PlsOptions describe them, and the covariances
/// of their leading pairs of outputs; p = 0 where side a is data. The side that predicts is a where
/// it is encoded, else b. Columns beyond what there is to find are 0, with a warning.
[[nodiscard]] CanonicalMaps covariance_maps(const stats::SecondMoments& moments,
                                            const PlsOptions& options, std::size_t outputs_a,
                                            std::size_t outputs_b);

}  // namespace infomax::objective

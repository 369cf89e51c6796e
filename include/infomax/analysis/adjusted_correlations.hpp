// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace infomax::analysis {

/// Canonical correlations without the bias that fitting p and q columns to N independent rows
/// gives them. With c = p / (N - 1) and d = q / (N - 1), r^2 of a sample tends to
///
///     (x (1 - c) + c) (x (1 - d) + d) / x
///
/// for a squared correlation x of the population above sqrt(c d / ((1 - c) (1 - d))), and to its
/// value there for all below (Bao, Hu, Pan and Zhou 2019, Annals of Statistics 47, theorem 1.8).
/// This returns the roots x that belong to the given correlations, and 0 where r is what noise
/// alone gives. Nothing is returned where N - 1 <= p + q: noise then has correlations of 1, and no
/// correction is known.
[[nodiscard]] std::vector<double> adjusted_correlations(std::span<const double> correlations,
                                                        double samples, std::size_t p,
                                                        std::size_t q);

}  // namespace infomax::analysis

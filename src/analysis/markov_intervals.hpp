// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "analysis/markov_estimate.hpp"
#include "infomax/analysis/markov.hpp"
#include "infomax/analysis/number_interval.hpp"

namespace infomax::analysis {

/// The intervals of an estimate's numbers in their order, of which the first are `timescales`, from
/// drawings of `pieces`. A number has none where fewer than 5 pieces have pairs of its lag, or
/// fewer than half of the drawings know it. The same at any number of ranks, as far as the
/// estimator is.
[[nodiscard]] std::vector<std::optional<NumberInterval>> intervals_of(
    const MarkovEstimator& estimator, const MarkovEstimate& estimate, std::size_t timescales,
    std::size_t pieces, const MarkovOptions& options);

}  // namespace infomax::analysis

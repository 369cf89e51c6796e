// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

#include "analysis/markov_estimate.hpp"
#include "infomax/analysis/markov.hpp"
#include "infomax/analysis/number_interval.hpp"

namespace infomax::analysis {

/// The intervals of an estimate's numbers in their order, of which the first are `timescales`; none
/// where too little can be drawn. The same at any number of ranks, as far as the estimator is.
[[nodiscard]] std::vector<NumberInterval> intervals_of(const MarkovEstimator& estimator,
                                                       const std::vector<double>& numbers,
                                                       std::size_t timescales, std::size_t pieces,
                                                       const MarkovOptions& options);

}  // namespace infomax::analysis

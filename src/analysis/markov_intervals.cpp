// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/markov_intervals.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "analysis/piece_draws.hpp"
#include "infomax/core/error.hpp"

namespace infomax::analysis {
namespace {

/// Percentiles of the drawings, less how far their median is off: by a factor of what is a
/// timescale, by a difference of what is a probability.
NumberInterval interval_of(double value, std::vector<double>& drawn, double confidence,
                           bool by_factor) {
  std::ranges::sort(drawn);
  const double low = at_share(drawn, (1.0 - confidence) / 2.0);
  const double high = at_share(drawn, (1.0 + confidence) / 2.0);
  const double median = at_share(drawn, 0.5);
  if (!std::isfinite(value) || !std::isfinite(median)) {
    return {low, high};
  }
  if (by_factor) {
    const double factor = median > 0.0 && value > 0.0 ? value / median : 1.0;
    return {factor * low, factor * high};
  }
  return {low + value - median, high + value - median};
}

}  // namespace

std::vector<std::optional<NumberInterval>> intervals_of(const MarkovEstimator& estimator,
                                                        const MarkovEstimate& estimate,
                                                        std::size_t timescales, std::size_t pieces,
                                                        const MarkovOptions& options) {
  // Of fewer, most drawings are alike.
  constexpr std::size_t least_pieces = 5;
  const auto numbers = flat_numbers(estimate);
  const auto pieces_of = estimator.pieces_of_numbers(estimate);
  std::vector<std::vector<double>> drawn(numbers.size());
  const std::size_t drawings = std::ranges::max(pieces_of) < least_pieces ? 0 : options.bootstrap;
  for (std::size_t k = 0; k < drawings; ++k) {
    std::vector<double> others;
    try {
      const CounterRandom random(options.seed, RandomStream::resampling, k, 1);
      others = flat_numbers(estimator(draw_pieces(pieces, random)));
    } catch (const NumericError&) {
      continue;  // too few different pieces
    }
    // Only a stationary distribution may be missing.
    for (std::size_t i = 0; i < std::min(others.size(), drawn.size()); ++i) {
      if (!std::isnan(others[i])) {
        drawn[i].push_back(others[i]);
      }
    }
  }
  std::vector<std::optional<NumberInterval>> intervals(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (pieces_of[i] >= least_pieces && drawn[i].size() >= 2 &&
        2 * drawn[i].size() >= options.bootstrap) {
      intervals[i] = interval_of(numbers[i], drawn[i], options.confidence, i < timescales);
    }
  }
  return intervals;
}

}  // namespace infomax::analysis

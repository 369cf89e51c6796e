// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/markov_intervals.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"

namespace infomax::analysis {
namespace {

/// How often each of M pieces is drawn in M draws with replacement.
std::vector<double> draw_pieces(std::size_t pieces, const MarkovOptions& options,
                                std::size_t drawing) {
  const CounterRandom random(options.seed, RandomStream::resampling, drawing, 1);
  std::vector<double> counts(pieces, 0.0);
  for (std::size_t i = 0; i < pieces; ++i) {
    counts[random.below(pieces, i)] += 1.0;
  }
  return counts;
}

/// The number that a share of sorted ones are no larger than.
double at_share(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(
      std::lround(share * static_cast<double>(sorted.size() - 1)))];
}

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
    const double factor = median > 0.0 ? value / median : 1.0;
    return {factor * low, factor * high};
  }
  return {low + value - median, high + value - median};
}

}  // namespace

std::vector<NumberInterval> intervals_of(const MarkovEstimator& estimator,
                                         const std::vector<double>& numbers, std::size_t timescales,
                                         std::size_t pieces, const MarkovOptions& options) {
  std::vector<std::vector<double>> drawn(numbers.size());
  for (std::size_t k = 0; k < options.bootstrap && pieces > 1; ++k) {
    std::optional<MarkovEstimate> again;
    try {
      again = estimator(draw_pieces(pieces, options, k));
    } catch (const NumericError&) {
      continue;  // too few different pieces
    }
    const auto others = again ? flat_numbers(*again) : std::vector<double>{};
    if (others.size() == numbers.size()) {
      for (std::size_t i = 0; i < others.size(); ++i) {
        drawn[i].push_back(others[i]);
      }
    }
  }
  std::vector<NumberInterval> intervals;
  if (drawn.empty() || drawn.front().size() < 2) {
    return intervals;
  }
  intervals.reserve(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    intervals.push_back(interval_of(numbers[i], drawn[i], options.confidence, i < timescales));
  }
  return intervals;
}

}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/probe_intervals.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <boost/math/special_functions/erf.hpp>

#include "infomax/core/random.hpp"

namespace infomax::analysis {
namespace {

/// How often a word uniform on 64 bits has a unit drawn: Poisson's distribution of mean 1.
std::size_t times_drawn(std::uint64_t word) {
  constexpr std::size_t most = 20;  // more than that are less likely than 1e-19
  double left = std::ldexp(static_cast<double>(word), -64);
  double probability = std::exp(-1.0);
  std::size_t times = 0;
  while (times < most && left >= probability) {
    left -= probability;
    ++times;
    probability /= static_cast<double>(times);
  }
  return times;
}

}  // namespace

Matrix<double> drawn_sums(const mpi::Communicator& communicator, const PredictedRows& rows,
                          std::size_t numbers, const ProbeBootstrap& options) {
  constexpr std::size_t words_at_once = 4;
  Matrix<double> sums(options.count + 1, rows.part_count * numbers, 0.0);
  for (std::size_t i = 0; i < rows.units.size(); ++i) {
    const auto of_row = std::span(rows.numbers).subspan(i * numbers, numbers);
    const auto add = [&](std::size_t drawing, std::size_t times) {
      const auto sum = sums.view().row(drawing).subspan(rows.parts[i] * numbers, numbers);
      for (std::size_t j = 0; j < numbers; ++j) {
        sum[j] += static_cast<double>(times) * of_row[j];
      }
    };
    add(0, 1);
    const CounterRandom random(options.seed, RandomStream::resampling, rows.units[i]);
    for (std::size_t k = 0; k < options.count; k += words_at_once) {
      const auto words = random.words(k / words_at_once);
      for (std::size_t w = 0; w < std::min(words_at_once, options.count - k); ++w) {
        if (const std::size_t times = times_drawn(words[w]); times > 0) {
          add(k + w + 1, times);
        }
      }
    }
  }
  communicator.sum(sums.span());
  return sums;
}

std::optional<NumberInterval> drawn_interval(double score, const std::vector<double>& drawn,
                                             double confidence, const NumberInterval& range) {
  // Welford's algorithm.
  double mean = 0.0;
  double squares = 0.0;
  double count = 0.0;
  for (const double value : drawn) {
    if (std::isfinite(value)) {
      count += 1.0;
      const double above = value - mean;
      mean += above / count;
      squares += above * (value - mean);
    }
  }
  // Those that are left out are no chance sample of all.
  constexpr double least_share = 0.95;
  if (count < std::max(2.0, least_share * static_cast<double>(drawn.size())) ||
      !std::isfinite(score)) {
    return std::nullopt;
  }
  const double centre = score - (mean - score);
  const double half =
      std::numbers::sqrt2 * boost::math::erf_inv(confidence) * std::sqrt(squares / (count - 1.0));
  return NumberInterval{std::clamp(centre - half, range.low, range.high),
                        std::clamp(centre + half, range.low, range.high)};
}

}  // namespace infomax::analysis

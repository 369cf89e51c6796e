// SPDX-License-Identifier: BSD-3-Clause
#include "estimate/interval.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "infomax/core/random.hpp"

namespace infomax::estimate {
namespace {

constexpr std::size_t most_runs = 200;
constexpr std::size_t drawings = 2000;

/// The influence of the rows of all ranks, by runs.
struct Runs {
  std::vector<double> sums;    // of the influence
  std::vector<double> counts;  // of rows
};

Runs gather_runs(const mpi::Communicator& communicator, std::span<const double> influence) {
  const auto counts = communicator.gather_all(std::uint64_t{influence.size()});
  std::size_t first = 0;
  std::size_t all = 0;
  for (std::size_t rank = 0; rank < counts.size(); ++rank) {
    first += rank < static_cast<std::size_t>(communicator.rank()) ? counts[rank] : 0;
    all += counts[rank];
  }
  const std::size_t runs = std::min(all, most_runs);
  Runs result{std::vector<double>(runs, 0.0), std::vector<double>(runs, 0.0)};
  for (std::size_t i = 0; i < influence.size(); ++i) {
    const std::size_t run = (first + i) * runs / all;
    result.sums[run] += influence[i];
    result.counts[run] += 1.0;
  }
  communicator.sum(std::span<double>(result.sums));
  communicator.sum(std::span<double>(result.counts));
  return result;
}

/// The number at a share of an ascending list, between its neighbours.
double quantile(std::span<const double> sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

}  // namespace

analysis::NumberInterval bootstrap_interval(const mpi::Communicator& communicator,
                                            const stats::ValueOfRows& value, double confidence,
                                            std::uint64_t seed) {
  const Runs runs = gather_runs(communicator, value.influence);
  std::vector<double> drawn(drawings);
  for (std::size_t k = 0; k < drawings; ++k) {
    const CounterRandom random(seed, RandomStream::resampling, k);
    double sum = 0.0;
    double count = 0.0;
    for (std::size_t g = 0; g < runs.sums.size(); ++g) {
      const std::size_t chosen = random.below(runs.sums.size(), g);
      sum += runs.sums[chosen];
      count += runs.counts[chosen];
    }
    drawn[k] = value.value + sum / count;
  }
  std::ranges::sort(drawn);
  const double outside = 0.5 * (1.0 - confidence);
  return {quantile(drawn, outside), quantile(drawn, 1.0 - outside)};
}

}  // namespace infomax::estimate

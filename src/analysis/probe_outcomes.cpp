// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/probe_outcomes.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "infomax/math/blas.hpp"
#include "infomax/stats/tiles.hpp"

namespace infomax::analysis {
namespace {

/// The mean R^2 of the targets in sums over the rows of one part: N, and of each target the sums of
/// d, d^2 and e^2. Not a number where a target does not vary.
double mean_r2(std::span<const double> sums) {
  const std::size_t targets = (sums.size() - 1) / 3;
  double total = 0.0;
  for (std::size_t j = 0; j < targets; ++j) {
    const double d = sums[1 + 3 * j];
    const double squares = sums[2 + 3 * j] - d * d / sums[0];
    total +=
        squares > 0.0 ? 1.0 - sums[3 + 3 * j] / squares : std::numeric_limits<double>::quiet_NaN();
  }
  return total / static_cast<double>(targets);
}

/// score(sums of a drawing) of row 0, and of all others.
template <class Score>
std::optional<NumberInterval> interval_of(const Matrix<double>& sums, double confidence,
                                          const NumberInterval& range, const Score& score) {
  std::vector<double> drawn(sums.rows() - 1);
  for (std::size_t k = 0; k < drawn.size(); ++k) {
    drawn[k] = score(sums.view().row(k + 1));
  }
  return drawn_interval(score(sums.view().row(0)), drawn, confidence, range);
}

}  // namespace

std::vector<double> hits(const std::vector<std::uint32_t>& labels,
                         const std::vector<std::uint32_t>& predicted,
                         const std::vector<std::uint32_t>* by_neighbours) {
  std::vector<double> numbers;
  numbers.reserve(labels.size() * (by_neighbours != nullptr ? 3 : 2));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    numbers.push_back(1.0);
    numbers.push_back(labels[i] == predicted[i] ? 1.0 : 0.0);
    if (by_neighbours != nullptr) {
      numbers.push_back(labels[i] == (*by_neighbours)[i] ? 1.0 : 0.0);
    }
  }
  return numbers;
}

std::vector<double> errors(const RidgeFit& fit, const stats::RowSource<double>& x,
                           const stats::RowSource<double>& y) {
  const std::size_t targets = y.columns();
  std::vector<double> numbers;
  numbers.reserve(x.rows() * (1 + 3 * targets));
  stats::CentredTiles<double> tiles_x;
  stats::CentredTiles<double> tiles_y;
  Matrix<double> predicted(stats::tile_rows, targets);
  stats::for_each_tile(0, x.rows(), x.columns(), [&](std::size_t first, std::size_t count) {
    const auto out = predicted.view().row_range(0, count);
    math::gemm<double>(math::Transpose::no, math::Transpose::no, 1.0,
                       tiles_x.read(x, fit.mean_x, first, count), fit.weights.view(), 0.0, out);
    const auto d = tiles_y.read(y, fit.mean_y, first, count);
    for (std::size_t i = 0; i < count; ++i) {
      numbers.push_back(1.0);
      for (std::size_t j = 0; j < targets; ++j) {
        const double error = d(i, j) - out(i, j);
        numbers.insert(numbers.end(), {d(i, j), d(i, j) * d(i, j), error * error});
      }
    }
  });
  return numbers;
}

ProbeOutcomes::ProbeOutcomes(const mpi::Communicator& communicator, const ProbeRows& predicted,
                             bool by_fold, const ProbeOptions& options)
    : communicator_(&communicator),
      predicted_(&predicted),
      options_{options.bootstrap, options.confidence, options.seed},
      by_group_(by_fold && !predicted.groups.empty()) {
  rows_.part_count = by_fold ? options.folds : 1;
  const auto counts = communicator.gather_all(std::uint64_t{predicted.x.count()});
  first_row_ =
      std::accumulate(counts.begin(), counts.begin() + communicator.rank(), std::uint64_t{0});
}

void ProbeOutcomes::add(const Subset& subset, std::uint32_t part,
                        const std::vector<double>& numbers) {
  rows_.units.reserve(rows_.units.size() + subset.rows.size());
  for (const std::size_t row : subset.rows) {
    rows_.units.push_back(by_group_ ? predicted_->groups[row] : first_row_ + row);
  }
  rows_.parts.resize(rows_.units.size(), part);
  rows_.numbers.insert(rows_.numbers.end(), numbers.begin(), numbers.end());
}

ProbeIntervals ProbeOutcomes::of_classes(bool neighbours) const {
  const std::size_t numbers = neighbours ? 3 : 2;
  PredictedRows together = rows_;
  together.part_count = 1;
  std::ranges::fill(together.parts, 0);
  const Matrix<double> sums = drawn_sums(*communicator_, together, numbers, options_);
  const auto interval = [&](const NumberInterval& range, const auto& score) {
    return interval_of(sums, options_.confidence, range, score);
  };
  ProbeIntervals found;
  found.score = interval({0.0, 1.0}, [](auto sum) { return sum[1] / sum[0]; });
  if (neighbours) {
    found.neighbours = interval({0.0, 1.0}, [](auto sum) { return sum[2] / sum[0]; });
    found.difference = interval({-1.0, 1.0}, [](auto sum) { return (sum[1] - sum[2]) / sum[0]; });
  }
  return found;
}

ProbeIntervals ProbeOutcomes::of_values(std::size_t targets) const {
  const std::size_t numbers = 1 + 3 * targets;
  const Matrix<double> sums = drawn_sums(*communicator_, rows_, numbers, options_);
  ProbeIntervals found;
  found.score = interval_of(sums, options_.confidence,
                            {-std::numeric_limits<double>::infinity(), 1.0}, [&](auto sum) {
                              double total = 0.0;
                              for (std::size_t part = 0; part < rows_.part_count; ++part) {
                                total += mean_r2(sum.subspan(part * numbers, numbers));
                              }
                              return total / static_cast<double>(rows_.part_count);
                            });
  return found;
}

}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/probe_outcomes.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "infomax/math/blas.hpp"
#include "infomax/stats/tiles.hpp"

namespace infomax::analysis {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Sums over the rows of one part, as often as a drawing has them: N, and of each target the sums
/// of d, d^2 and e^2.
class PartSums {
 public:
  explicit PartSums(std::span<const double> sums) : sums_(sums) {}

  [[nodiscard]] double rows() const { return sums_[0]; }
  /// Whether the deviations of a target from its mean are no more than the rounding of their sums.
  [[nodiscard]] bool varies(std::size_t target) const {
    constexpr double rounding = 1e-12;
    return squares(target) > rounding * sums_[2 + 3 * target];
  }
  [[nodiscard]] double r2(std::size_t target) const {
    return 1.0 - sums_[3 + 3 * target] / squares(target);
  }

 private:
  [[nodiscard]] double squares(std::size_t target) const {
    const double d = sums_[1 + 3 * target];
    return sums_[2 + 3 * target] - d * d / sums_[0];
  }

  std::span<const double> sums_;
};

/// The mean R^2 of the targets in a drawing of one part. One that does not vary in all of it has
/// the R^2 that is reported of it; not a number where another does not vary in the drawing.
double mean_r2(const PartSums& drawn, const PartSums& all, std::span<const double> reported) {
  double total = 0.0;
  for (std::size_t j = 0; j < reported.size(); ++j) {
    const bool by_convention = (reported[j] == 0.0 || reported[j] == 1.0) && !all.varies(j);
    total += by_convention ? reported[j] : drawn.varies(j) ? drawn.r2(j) : unknown;
  }
  return total / static_cast<double>(reported.size());
}

/// score(sums of a drawing) of all drawings, which row 0 is not.
template <class Score>
std::vector<double> scores_of(const Matrix<double>& sums, const Score& score) {
  std::vector<double> drawn(sums.rows() - 1);
  for (std::size_t k = 0; k < drawn.size(); ++k) {
    drawn[k] = score(sums.view().row(k + 1));
  }
  return drawn;
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
    return drawn_interval(score(sums.view().row(0)), scores_of(sums, score), options_.confidence,
                          range);
  };
  ProbeIntervals found;
  found.score = interval({0.0, 1.0}, [](auto sum) { return sum[1] / sum[0]; });
  if (neighbours) {
    found.neighbours = interval({0.0, 1.0}, [](auto sum) { return sum[2] / sum[0]; });
    found.difference = interval({-1.0, 1.0}, [](auto sum) { return (sum[1] - sum[2]) / sum[0]; });
  }
  return found;
}

ProbeIntervals ProbeOutcomes::of_values(double score,
                                        const std::vector<RegressionScores>& parts) const {
  const std::size_t numbers = 1 + 3 * parts.front().r2.size();
  const Matrix<double> sums = drawn_sums(*communicator_, rows_, numbers, options_);
  const auto part_of = [numbers](std::span<const double> sum, std::size_t part) {
    return PartSums(sum.subspan(part * numbers, numbers));
  };
  const auto drawn = scores_of(sums, [&](std::span<const double> sum) {
    double total = 0.0;
    double shares = 0.0;
    for (std::size_t part = 0; part < parts.size(); ++part) {
      const PartSums all = part_of(sums.view().row(0), part);
      const PartSums of_drawing = part_of(sum, part);
      if (const double share = of_drawing.rows() / all.rows(); share > 0.0) {
        total += share * mean_r2(of_drawing, all, parts[part].r2);
        shares += share;
      }
    }
    return total / shares;
  });
  ProbeIntervals found;
  found.score = drawn_interval(score, drawn, options_.confidence,
                               {-std::numeric_limits<double>::infinity(), 1.0});
  if (found.score && found.score->low >= found.score->high) {
    found.score.reset();
  }
  return found;
}

}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/bootstrap.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>

#include <boost/math/special_functions/erf.hpp>

#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"
#include "infomax/stats/tiles.hpp"

namespace infomax::analysis {
namespace {

/// The samples that are drawn, of those of a rank.
class Drawing {
 public:
  /// Collective.
  Drawing(const mpi::Communicator& communicator, std::size_t local, const BootstrapOptions& options)
      : options_(&options), count_of_(local) {
    const auto counts = communicator.gather_all(std::uint64_t{local});
    for (std::size_t rank = 0; rank < counts.size(); ++rank) {
      first_ += rank < static_cast<std::size_t>(communicator.rank()) ? counts[rank] : 0;
      samples_ += counts[rank];
    }
  }

  /// The local rows of drawing `number`, in ascending order, a row as often as it was drawn.
  const std::vector<std::size_t>& draw(std::uint64_t number) {
    std::ranges::fill(count_of_, 0);
    const CounterRandom random(options_->seed, RandomStream::resampling, number);
    std::size_t drawn = 0;
    for (std::uint64_t i = 0; drawn < samples_; ++i) {
      const std::size_t begin = random.below(samples_, i);
      for (std::size_t j = 0; j < options_->block && drawn < samples_; ++j, ++drawn) {
        const std::size_t sample = (begin + j) % samples_;
        if (sample >= first_ && sample < first_ + count_of_.size()) {
          ++count_of_[sample - first_];
        }
      }
    }
    rows_.clear();
    for (std::size_t row = 0; row < count_of_.size(); ++row) {
      rows_.insert(rows_.end(), count_of_[row], row);
    }
    return rows_;
  }

 private:
  const BootstrapOptions* options_;
  std::size_t first_ = 0;    // sample of this rank
  std::size_t samples_ = 0;  // N
  std::vector<std::size_t> count_of_;
  std::vector<std::size_t> rows_;
};

/// The rows of a drawing, of a side.
template <math::Real T>
class DrawnRows final : public stats::RowSource<T> {
 public:
  DrawnRows(const stats::RowSource<T>& rows, const std::vector<std::size_t>& drawn)
      : original_columns_(rows.original_columns()),
        rows_(rows.rows(), rows.columns()),
        drawn_(&drawn) {
    Buffer<T> scratch;
    stats::for_each_tile(0, rows.rows(), rows.columns(), [&](std::size_t first, std::size_t count) {
      const auto tile = rows.tile(first, count, scratch);
      for (std::size_t i = 0; i < count; ++i) {
        std::ranges::copy(tile.row(i), rows_.view().row(first + i).begin());
      }
    });
  }

  [[nodiscard]] std::size_t rows() const override { return drawn_->size(); }
  [[nodiscard]] std::size_t columns() const override { return rows_.columns(); }
  [[nodiscard]] std::size_t original_columns() const override { return original_columns_; }

  [[nodiscard]] MatrixView<const T> tile(std::size_t first, std::size_t count,
                                         Buffer<T>& scratch) const override {
    scratch.resize(count * columns());
    const MatrixView<T> tile(scratch.data(), count, columns());
    for (std::size_t i = 0; i < count; ++i) {
      std::ranges::copy(rows_.view().row((*drawn_)[first + i]), tile.row(i).begin());
    }
    return tile;
  }

 private:
  std::size_t original_columns_;
  Matrix<T> rows_;
  const std::vector<std::size_t>* drawn_;
};

/// Fisher's artanh r. A correlation of 1, or above it by rounding, has a large finite one.
double fisher(double r) {
  constexpr double most = 1.0 - std::numeric_limits<double>::epsilon();
  return std::atanh(std::clamp(r, -most, most));
}

/// The numbers of a statistic as they are averaged: the dependence, then correlations.
std::vector<double> numbers_of(const Statistic& statistic) {
  std::vector<double> numbers{statistic.dependence};
  for (const double r : statistic.correlations) {
    numbers.push_back(std::isfinite(r) ? fisher(r) : r);
  }
  if (!std::ranges::all_of(numbers, [](double number) { return std::isfinite(number); })) {
    throw NumericError(
        "`bootstrap`: the objective of samples that are drawn with replacement is not finite; "
        "check the scale of the data, or train with a larger `ridge`");
  }
  return numbers;
}

}  // namespace

template <math::Real T>
BootstrapIntervals bootstrap(const mpi::Communicator& communicator,
                             const PairedStatistic<T>& statistic, const BootstrapOptions& options) {
  assert(options.count >= 2);
  std::vector<double> found = numbers_of(statistic.of(statistic.rows));
  Drawing drawing(communicator, statistic.rows.a.rows(), options);
  const auto& drawn = drawing.draw(0);
  const DrawnRows<T> a(statistic.rows.a, drawn);
  const DrawnRows<T> b(statistic.rows.b, drawn);
  // Welford's algorithm.
  std::vector<double> means(found.size(), 0.0);
  std::vector<double> squares(found.size(), 0.0);
  for (std::size_t k = 0; k < options.count; ++k) {
    drawing.draw(k);
    const std::vector<double> numbers = numbers_of(statistic.of({a, b}));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const double above = numbers[i] - means[i];
      means[i] += above / static_cast<double>(k + 1);
      squares[i] += above * (numbers[i] - means[i]);
    }
  }
  // Ranks on unlike processors may have rounded apart.
  communicator.broadcast(std::span<double>(found), 0);
  communicator.broadcast(std::span<double>(means), 0);
  communicator.broadcast(std::span<double>(squares), 0);
  const double quantile = std::numbers::sqrt2 * boost::math::erf_inv(options.confidence);
  const auto interval = [&](std::size_t i) -> NumberInterval {
    const double centre = found[i] - (means[i] - found[i]);
    const double half = quantile * std::sqrt(squares[i] / static_cast<double>(options.count - 1));
    return {centre - half, centre + half};
  };
  BootstrapIntervals intervals{options.count, options.confidence, interval(0), {}};
  const double least = statistic.rival == Rival::largest ? 0.0 : -1.0;
  for (std::size_t i = 1; i < found.size(); ++i) {
    const auto [low, high] = interval(i);
    intervals.correlations.push_back(
        {std::max(least, std::tanh(low)), std::max(least, std::tanh(high))});
  }
  return intervals;
}

template BootstrapIntervals bootstrap<float>(const mpi::Communicator&,
                                             const PairedStatistic<float>&,
                                             const BootstrapOptions&);
template BootstrapIntervals bootstrap<double>(const mpi::Communicator&,
                                              const PairedStatistic<double>&,
                                              const BootstrapOptions&);

}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#include "objective/pair_scores.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

#include "infomax/math/elementwise.hpp"
#include "infomax/math/exponentials.hpp"
#include "infomax/math/smooth.hpp"

namespace infomax::objective {
namespace {

/// Staying rows [first, first + rows) and some rows of a block.
struct TileRange {
  std::size_t first = 0;
  std::size_t rows = 0;
  std::size_t first_column = 0;  // within the block
  std::size_t columns = 0;
};

/// The sum in double, in several strands that a processor adds at once.
template <class T>
double sum_of(std::span<const T> values) {
  constexpr std::size_t strands = 16;
  std::array<double, strands> sums{};
  const std::size_t whole = values.size() - values.size() % strands;
  for (std::size_t i = 0; i < whole; i += strands) {
    for (std::size_t k = 0; k < strands; ++k) {
      sums[k] += static_cast<double>(values[i + k]);
    }
  }
  for (std::size_t i = whole; i < values.size(); ++i) {
    sums[i - whole] += static_cast<double>(values[i]);
  }
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}
template <class T>
double sum_of(std::span<T> values) {
  return sum_of(std::span<const T>(values));
}

template <class T>
void add_to_all(T shift, std::span<T> values) {
  if (shift != T{0}) {
    std::ranges::for_each(values, [shift](T& value) { value += shift; });
  }
}

}  // namespace

/// Calls each(range, scores, block) for all tiles, those of a staying row in the order in which
/// blocks come.
template <math::Real T>
template <class Each>
void PairScores<T>::for_each_tile(const mpi::Communicator& communicator, const Rows& rows,
                                  std::span<const double> notes, const Each& each) {
  using Block = typename mpi::Ring<T>::Block;
  const auto self = static_cast<std::size_t>(communicator.rank());
  scores_.resize(score_tile_elements);
  const auto visit_tile = [&](const Block& block, const TileRange& range) {
    const MatrixView<T> scores(scores_.data(), range.rows, range.columns);
    math::gemm(math::Transpose::no, math::Transpose::yes, static_cast<T>(1.0 / rows.temperature),
               rows.staying.row_range(range.first, range.rows),
               block.rows.row_range(range.first_column, range.columns), T{0}, scores);
    if (rows.without_own && block.owner == self) {
      const std::size_t from = block.first + range.first_column;
      for (std::size_t i = 0; i < range.rows; ++i) {
        if (range.first + i >= from && range.first + i < from + range.columns) {
          scores(i, range.first + i - from) = -std::numeric_limits<T>::infinity();
        }
      }
    }
    each(range, scores, block);
  };
  const auto visit = [&](const Block& block) {
    stats::for_each_part(rows.parts, rows.staying.rows(), [&](std::size_t begin, std::size_t size) {
      for (std::size_t i = 0; i < size; i += score_tile_rows) {
        for (std::size_t j = 0; j < block.rows.rows(); j += score_tile_columns) {
          visit_tile(block, {begin + i, std::min(score_tile_rows, size - i), j,
                             std::min(score_tile_columns, block.rows.rows() - j)});
        }
      }
    });
  };
  if (rows.parts != nullptr) {
    ring_.in_order(communicator, rows.travelling, notes, rows.parts->ends, visit);
  } else {
    ring_.around(communicator, rows.travelling, notes, visit);
  }
}

template <math::Real T>
void PairScores<T>::log_sums(const mpi::Communicator& communicator, const Rows& rows,
                             std::span<double> sums) {
  assert(sums.size() == rows.staying.rows());
  constexpr T lowest = -std::numeric_limits<T>::infinity();
  tops_.assign(sums.size(), lowest);
  std::ranges::fill(sums, 0.0);
  for_each_tile(communicator, rows, {}, [&](const TileRange& range, MatrixView<T> scores, auto&) {
    for (std::size_t i = 0; i < range.rows; ++i) {
      T& top = tops_[range.first + i];
      double& sum = sums[range.first + i];
      const std::span<const T> row = scores.row(i);
      const T higher = std::max(top, math::largest(row));
      if (higher == lowest) {  // no pair so far, unless a score is NaN
        sum += math::exp_sum(row, T{0});
        continue;
      }
      sum = sum * std::exp(static_cast<double>(top) - static_cast<double>(higher)) +
            math::exp_sum(row, higher);
      top = higher;
    }
  });
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i] = std::log(sums[i]) + (tops_[i] == lowest ? 0.0 : static_cast<double>(tops_[i]));
  }
}

template <math::Real T>
void PairScores<T>::add_gradient(const mpi::Communicator& communicator, const Rows& rows,
                                 const Weights& weights, MatrixView<T> gradient) {
  const bool noted = weights.travelling_weight != 0.0;
  shifts_.resize(score_tile_columns);
  const auto add = [&](const TileRange& range, MatrixView<T> scores, const auto& block) {
    math::ExpOfColumns<T> others;
    if (noted) {
      const auto notes = block.notes.subspan(range.first_column, range.columns);
      std::ranges::transform(notes, shifts_.begin(), [](double x) { return static_cast<T>(x); });
      others = {static_cast<T>(weights.travelling_weight),
                std::span<const T>(shifts_).first(range.columns)};
    }
    for (std::size_t i = 0; i < range.rows; ++i) {
      math::exp_weights(static_cast<T>(weights.weight),
                        static_cast<T>(weights.log_sums[range.first + i]), others, scores.row(i));
    }
    math::gemm(math::Transpose::no, math::Transpose::no, static_cast<T>(1.0 / rows.temperature),
               MatrixView<const T>(scores), block.rows.row_range(range.first_column, range.columns),
               T{1}, gradient.row_range(range.first, range.rows));
  };
  for_each_tile(communicator, rows, noted ? weights.travelling_log_sums : std::span<const double>{},
                add);
}

template <math::Real T>
void PairScores<T>::softplus_sums(const mpi::Communicator& communicator, const Rows& rows,
                                  double shift, std::span<double> sums) {
  functions_.resize(score_tile_elements);
  std::ranges::fill(sums, 0.0);
  for_each_tile(communicator, rows, {}, [&](const TileRange& range, MatrixView<T> scores, auto&) {
    const std::span<T> all(scores.data(), scores.size());
    const std::span<T> functions(functions_.data(), all.size());
    add_to_all(static_cast<T>(shift), all);
    math::smooth<T>(math::Smooth::softplus, all, functions);
    for (std::size_t i = 0; i < range.rows; ++i) {
      sums[range.first + i] += sum_of(functions.subspan(i * range.columns, range.columns));
    }
  });
}

template <math::Real T>
void PairScores<T>::clipped_exp_sums(const mpi::Communicator& communicator, const Rows& rows,
                                     double limit, std::span<double> sums) {
  constexpr T lowest = -std::numeric_limits<T>::infinity();
  const T most = static_cast<T>(limit);
  std::ranges::fill(sums, 0.0);
  for_each_tile(communicator, rows, {}, [&](const TileRange& range, MatrixView<T> scores, auto&) {
    for (T& score : std::span<T>(scores.data(), scores.size())) {
      // Written so that NaN comes through, and what is left out stays it.
      const T above = score < -most && score != lowest ? -most : score;
      score = above > most ? most : above;
    }
    for (std::size_t i = 0; i < range.rows; ++i) {
      sums[range.first + i] += math::exp_sum(std::span<const T>(scores.row(i)), T{0});
    }
  });
}

template <math::Real T>
void PairScores<T>::add_logistic_gradient(const mpi::Communicator& communicator, const Rows& rows,
                                          double weight, double shift, MatrixView<T> gradient,
                                          std::span<double> totals) {
  const auto factor = static_cast<T>(weight / rows.temperature);
  const auto add = [&](const TileRange& range, MatrixView<T> scores, const auto& block) {
    add_to_all(static_cast<T>(shift), std::span<T>(scores.data(), scores.size()));
    math::add_bias_and_activate(math::Activation::sigmoid, std::span<const T>{}, scores);
    for (std::size_t i = 0; i < range.rows; ++i) {
      totals[range.first + i] += weight * sum_of(std::span<const T>(scores.row(i)));
    }
    math::gemm(math::Transpose::no, math::Transpose::no, factor, MatrixView<const T>(scores),
               block.rows.row_range(range.first_column, range.columns), T{1},
               gradient.row_range(range.first, range.rows));
  };
  for_each_tile(communicator, rows, {}, add);
}

template class PairScores<float>;
template class PairScores<double>;

}  // namespace infomax::objective

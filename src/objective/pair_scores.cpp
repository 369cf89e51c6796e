// SPDX-License-Identifier: BSD-3-Clause
#include "objective/pair_scores.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "infomax/math/exponentials.hpp"

namespace infomax::objective {
namespace {

/// Staying rows [first, first + rows) and some rows of a block.
struct TileRange {
  std::size_t first = 0;
  std::size_t rows = 0;
  std::size_t first_column = 0;  // within the block
  std::size_t columns = 0;
};

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

template class PairScores<float>;
template class PairScores<double>;

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#include "objective/pair_scores.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "infomax/math/elementwise.hpp"
#include "infomax/math/exponentials.hpp"
#include "infomax/math/smooth.hpp"

namespace infomax::objective {
namespace {

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

/// Adds what follows from derivatives by a tile's scores, each times `factor`, to the gradient by
/// the staying rows.
template <math::Real T>
void PairScores<T>::add_products(const Rows& rows, const Block& block, const TileRange& range,
                                 MatrixView<T> weights, double factor, MatrixView<T> gradient) {
  const auto to = gradient.row_range(range.first, range.rows);
  if (rows.scorer != nullptr) {
    math::scale(static_cast<T>(factor), std::span<T>(weights.data(), weights.size()));
    rows.scorer->add_gradient(weights, to);
  } else {
    math::gemm(math::Transpose::no, math::Transpose::no, static_cast<T>(factor / rows.temperature),
               MatrixView<const T>(weights),
               block.rows.row_range(range.first_column, range.columns), T{1}, to);
  }
}

/// The products of weigh(range, scores, block), which turns the scores of a tile into derivatives
/// by them, each to be taken times `factor`.
template <math::Real T>
template <class Weigh>
void PairScores<T>::add_weighted(const mpi::Communicator& communicator, const Rows& rows,
                                 std::span<const double> notes, double factor, const Weigh& weigh,
                                 MatrixView<T> gradient, MatrixView<T> travelling_gradient) {
  const auto add = [&](const TileRange& range, MatrixView<T> scores, const Block& block,
                       MatrixView<T> sums) {
    weigh(range, scores, block);
    if (sums.columns() > 0) {
      math::gemm(math::Transpose::yes, math::Transpose::no,
                 static_cast<T>(factor / rows.temperature), MatrixView<const T>(scores),
                 rows.staying.row_range(range.first, range.rows), T{1},
                 sums.row_range(range.first_column, range.columns));
    }
    add_products(rows, block, range, scores, factor, gradient);
  };
  tiles_.for_each(communicator, rows, notes, add, tiles_.kept(rows), travelling_gradient);
}

/// Adds a tile's scores to the sums of its rows of exp(u - top).
template <math::Real T>
void PairScores<T>::add_to_rows(const TileRange& range, MatrixView<const T> scores,
                                std::span<double> sums) {
  constexpr T lowest = -std::numeric_limits<T>::infinity();
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
}

/// The logarithms of sums from those of exp(u - top).
template <math::Real T>
void PairScores<T>::finish_rows(std::span<double> sums) const {
  constexpr T lowest = -std::numeric_limits<T>::infinity();
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i] = std::log(sums[i]) + (tops_[i] == lowest ? 0.0 : static_cast<double>(tops_[i]));
  }
}

template <math::Real T>
void PairScores<T>::log_sums(const mpi::Communicator& communicator, const Rows& rows,
                             std::span<double> sums) {
  assert(sums.size() == rows.staying.rows());
  tops_.assign(sums.size(), -std::numeric_limits<T>::infinity());
  std::ranges::fill(sums, 0.0);
  tiles_.for_each(communicator, rows, {},
                  [&](const TileRange& range, MatrixView<T> scores, auto&&...) {
                    add_to_rows(range, scores, sums);
                  });
  finish_rows(sums);
}

/// Adds a tile's scores to the sums of its columns, of which `first` is the first among all ranks'.
template <math::Real T>
void PairScores<T>::add_to_columns(const TileRange& range, MatrixView<const T> scores,
                                   std::size_t first) {
  const std::span<T> tops(shifts_.data(), range.columns);
  const std::span<T> sums(tile_sums_.data(), range.columns);
  std::ranges::copy(scores.row(0), tops.begin());
  for (std::size_t i = 1; i < range.rows; ++i) {
    const auto row = scores.row(i);
    for (std::size_t j = 0; j < tops.size(); ++j) {
      tops[j] = row[j] > tops[j] ? row[j] : tops[j];
    }
  }
  for (T& top : tops) {
    top = top == -std::numeric_limits<T>::infinity() ? T{0} : top;  // of no pair
  }
  std::ranges::fill(sums, T{0});
  for (std::size_t i = 0; i < range.rows; ++i) {
    math::exp_add(std::span<const T>(scores.row(i)), std::span<const T>(tops), sums);
  }
  for (std::size_t j = 0; j < tops.size(); ++j) {
    if (sums[j] == T{0}) {
      continue;  // a pair, if there was one, gave 1 or NaN
    }
    double& top = column_tops_[first + j];
    double& sum = column_sums_[first + j];
    const auto own = static_cast<double>(tops[j]);
    const double higher = std::max(top, own);
    sum = sum * std::exp(top - higher) + static_cast<double>(sums[j]) * std::exp(own - higher);
    top = higher;
  }
}

template <math::Real T>
void PairScores<T>::log_sums_of_both(const mpi::Communicator& communicator, const Rows& rows,
                                     std::span<double> sums, std::span<double> travelling_sums) {
  assert(goes_both_ways(rows));
  const auto counts = communicator.gather_all<std::uint64_t>(rows.travelling.rows());
  std::vector<std::size_t> firsts(counts.size() + 1, 0);
  std::partial_sum(counts.begin(), counts.end(), firsts.begin() + 1);
  column_tops_.assign(firsts.back(), std::numeric_limits<double>::lowest());
  column_sums_.assign(firsts.back(), 0.0);
  shifts_.resize(score_tile_columns);
  tile_sums_.resize(score_tile_columns);
  tops_.assign(sums.size(), -std::numeric_limits<T>::infinity());
  std::ranges::fill(sums, 0.0);
  const auto add = [&](const TileRange& range, MatrixView<T> tile, const Block& block, auto&&) {
    if (!sums.empty()) {
      add_to_rows(range, tile, sums);
    }
    add_to_columns(range, tile, firsts[block.owner] + block.first + range.first_column);
  };
  tiles_.for_each(communicator, rows, {}, add, tiles_.to_keep(rows, firsts.back()));
  finish_rows(sums);
  // Those of all ranks' rows, from the same tops everywhere.
  Buffer<double>& tops = column_tops_;
  local_tops_.assign(tops.begin(), tops.end());
  communicator.max(std::span<double>(tops));
  for (std::size_t j = 0; j < tops.size(); ++j) {
    column_sums_[j] *= std::exp(local_tops_[j] - tops[j]);
  }
  communicator.sum(std::span<double>(column_sums_));
  const std::size_t first = firsts[static_cast<std::size_t>(communicator.rank())];
  for (std::size_t j = 0; j < travelling_sums.size(); ++j) {
    travelling_sums[j] = std::log(column_sums_[first + j]) + tops[first + j];
  }
}

template <math::Real T>
void PairScores<T>::add_gradient(const mpi::Communicator& communicator, const Rows& rows,
                                 const Weights& weights, MatrixView<T> gradient,
                                 MatrixView<T> travelling_gradient) {
  const bool noted = weights.travelling_weight != 0.0;
  shifts_.resize(score_tile_columns);
  const auto weigh = [&](const TileRange& range, MatrixView<T> scores, const Block& block) {
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
  };
  add_weighted(communicator, rows, noted ? weights.travelling_log_sums : std::span<const double>{},
               1.0, weigh, gradient, travelling_gradient);
}

template <math::Real T>
void PairScores<T>::softplus_sums(const mpi::Communicator& communicator, const Rows& rows,
                                  double shift, std::span<double> sums) {
  functions_.resize(score_tile_elements);
  std::ranges::fill(sums, 0.0);
  tiles_.for_each(
      communicator, rows, {}, [&](const TileRange& range, MatrixView<T> scores, auto&&...) {
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
  tiles_.for_each(
      communicator, rows, {}, [&](const TileRange& range, MatrixView<T> scores, auto&&...) {
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
                                          std::span<double> totals,
                                          MatrixView<T> travelling_gradient) {
  const auto weigh = [&](const TileRange& range, MatrixView<T> scores, const Block& /*block*/) {
    add_to_all(static_cast<T>(shift), std::span<T>(scores.data(), scores.size()));
    math::add_bias_and_activate(math::Activation::sigmoid, std::span<const T>{}, scores);
    for (std::size_t i = 0; i < range.rows && !totals.empty(); ++i) {
      totals[range.first + i] += weight * sum_of(std::span<const T>(scores.row(i)));
    }
  };
  add_weighted(communicator, rows, {}, weight, weigh, gradient, travelling_gradient);
}

template class PairScores<float>;
template class PairScores<double>;

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/data/windows.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/optim/search.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// N global rows, B local rows, D features, C classes.

namespace infomax::analysis {

/// This rank's rows with a class each. What it points to must outlive it.
template <math::Real T>
struct ClassifiedRows {
  const stats::RowSource<T>* x = nullptr;  ///< [B, D]
  std::span<const std::uint32_t> labels;   ///< [B], below C
  std::span<const data::Tile> tiles;       ///< which rows are worked on together: all, in order
};

/// Multinomial logistic regression as a function to be minimised,
///   f(W, b) = -(1/N) sum_i ln p_i[y_i] + (l2 / 2) |W|^2,   p_i = softmax(x_i W + b),
/// of its parameters [(D + 1) C]: W [D, C] row by row, then b [C], which is not penalised. Tiles
/// are multiplied in T, all else is double.
template <math::Real T>
class LogisticLoss {
 public:
  /// Collective: counts N.
  LogisticLoss(const mpi::Communicator& communicator, const ClassifiedRows<T>& rows,
               std::size_t classes, double l2);

  /// Returns (D + 1) C.
  [[nodiscard]] std::size_t parameter_count() const { return (rows_.x->columns() + 1) * classes_; }

  /// Collective. f, and its gradient written to `gradient`.
  double operator()(std::span<const double> parameters, std::span<double> gradient);

 private:
  double add_tile(const data::Tile& tile, std::span<const double> bias, std::span<double> gradient);

  mpi::Communicator communicator_;
  ClassifiedRows<T> rows_;
  std::size_t classes_;
  double l2_;
  double samples_;
  Matrix<T> weight_;         // [D, C]
  Buffer<T> scratch_;        // of the source
  Buffer<T> residual_;       // [tile rows, C]: logits, then p - y
  Matrix<T> tile_gradient_;  // [D, C]
  Buffer<double> sums_;      // f, gradient
};

/// The result of a fit.
struct LogisticFit {
  std::size_t classes = 0;       ///< C
  Buffer<double> parameters;     ///< as LogisticLoss has them
  optim::SearchOutcome outcome;  ///< of the search
};

/// Collective. Minimises LogisticLoss from zero.
template <math::Real T>
[[nodiscard]] LogisticFit fit_logistic(const mpi::Communicator& communicator,
                                       const ClassifiedRows<T>& rows, std::size_t classes,
                                       double l2, const optim::SearchOptions& options,
                                       const optim::SearchWatcher& watcher = {});

/// The likeliest class of each row, the lowest of equals: [B]. By this rank alone.
template <math::Real T>
[[nodiscard]] std::vector<std::uint32_t> predict(const LogisticFit& fit,
                                                 const ClassifiedRows<T>& rows);

}  // namespace infomax::analysis

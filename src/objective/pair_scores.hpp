// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "objective/pair_tiles.hpp"

/// @file
/// Local rows s_i [B, p], which stay, and rows t_j [N, p] of all ranks, which travel.

namespace infomax::objective {

/// Sums of functions of the scores of all pairs, and their gradients (see PairTiles). A rank's
/// memory is that of its own rows, of two blocks of others with sums, and of a tile.
template <math::Real T>
class PairScores {
 public:
  using Rows = PairRows<T>;  ///< the rows that are scored

  /// Collective. Writes ln sum_j exp(u_ij) for each local row [B]: minus infinity of no pair.
  void log_sums(const mpi::Communicator& communicator, const Rows& rows, std::span<double> sums);

  /// Whether both directions can be computed at once: where the order of sums is free.
  [[nodiscard]] static bool goes_both_ways(const Rows& rows) {
    return rows.parts == nullptr && rows.scorer == nullptr;
  }

  /// Collective. The same, unless `sums` is empty, and ln sum_i exp(u_ij) for each local travelling
  /// row [B], of rows that go both ways. A rank's memory is that of a number for every row of all
  /// ranks besides. If scores are few, they are kept for the add_gradient() that follows.
  void log_sums_of_both(const mpi::Communicator& communicator, const Rows& rows,
                        std::span<double> sums, std::span<double> travelling_sums);

  /// What the derivative of a sum of log_sums() by a score is:
  /// G_ij = weight exp(u_ij - log_sum_i) + travelling_weight exp(u_ij - travelling_log_sum_j).
  struct Weights {
    double weight = 0.0;
    std::span<const double> log_sums = {};             ///< [B] of staying rows
    double travelling_weight = 0.0;                    ///< the same on all ranks ...
    std::span<const double> travelling_log_sums = {};  ///< [B]; not read where that is 0
  };

  /// Collective. Adds sum_j G_ij t_j / temperature to row i of `gradient` [B, p] and, if it has
  /// columns and the rows go both ways, sum_i G_ij s_i / temperature to row j of
  /// `travelling_gradient` [B, p].
  void add_gradient(const mpi::Communicator& communicator, const Rows& rows, const Weights& weights,
                    MatrixView<T> gradient, MatrixView<T> travelling_gradient = {});

  /// Collective. Writes sum_j ln(1 + exp(u_ij + shift)) for each local row [B].
  void softplus_sums(const mpi::Communicator& communicator, const Rows& rows, double shift,
                     std::span<double> sums);

  /// Collective. Writes sum_j exp(max(-limit, min(limit, u_ij))) for each local row [B]; what
  /// Rows::without_own leaves out counts 0.
  void clipped_exp_sums(const mpi::Communicator& communicator, const Rows& rows, double limit,
                        std::span<double> sums);

  /// Collective. With G_ij = weight / (1 + exp(-u_ij - shift)), adds sum_j G_ij t_j / temperature
  /// to row i of `gradient` [B, p] and sum_j G_ij to element i of `totals` [B] unless that is
  /// empty; and to `travelling_gradient` as add_gradient() does.
  void add_logistic_gradient(const mpi::Communicator& communicator, const Rows& rows, double weight,
                             double shift, MatrixView<T> gradient, std::span<double> totals,
                             MatrixView<T> travelling_gradient = {});

 private:
  using Block = typename PairTiles<T>::Block;

  template <class Weigh>
  void add_weighted(const mpi::Communicator& communicator, const Rows& rows,
                    std::span<const double> notes, double factor, const Weigh& weigh,
                    MatrixView<T> gradient, MatrixView<T> travelling_gradient);
  void add_to_rows(const TileRange& range, MatrixView<const T> scores, std::span<double> sums);
  void finish_rows(std::span<double> sums) const;
  void add_to_columns(const TileRange& range, MatrixView<const T> scores, std::size_t first);
  static void add_products(const Rows& rows, const Block& block, const TileRange& range,
                           MatrixView<T> weights, double factor, MatrixView<T> gradient);

  PairTiles<T> tiles_;
  Buffer<T> functions_;         // of the scores of a tile
  Buffer<T> shifts_;            // of a tile's columns
  Buffer<T> tops_;              // [B], the largest score of a row so far
  Buffer<double> column_tops_;  // [N], the same of each column of all ranks ...
  Buffer<double> column_sums_;  // ... and the sum of exp(u - top)
  Buffer<double> local_tops_;   // [N], of the local rows' scores
  Buffer<T> tile_sums_;         // of a tile's columns
};

}  // namespace infomax::objective

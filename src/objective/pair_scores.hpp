// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/mpi/ring.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// Local rows s_i [B, p], which stay, and rows t_j [N, p] of all ranks, which travel.

namespace infomax::objective {

/// @{ A tile of scores in float stays in a core's second cache.
inline constexpr std::size_t score_tile_rows = 128;
inline constexpr std::size_t score_tile_columns = 1024;
inline constexpr std::size_t score_tile_elements = score_tile_rows * score_tile_columns;
/// @}

/// The scores u_ij = s_i . t_j / temperature of all pairs of the global batch. They exist tile by
/// tile only: what needs them again computes them again. A rank's memory is that of its own rows,
/// of two blocks of others, and of a tile.
template <math::Real T>
class PairScores {
 public:
  /// The rows of both kinds on this rank.
  struct Rows {
    MatrixView<const T> staying;     ///< [B, p], without gaps
    MatrixView<const T> travelling;  ///< [B, p], without gaps
    double temperature = 1.0;
    bool without_own = false;  ///< leaves out the pairs (i, i) of one rank's rows
    /// If set, all sums over travelling rows are computed part by part in one order.
    const stats::RowParts* parts = nullptr;
  };

  /// Collective. Writes ln sum_j exp(u_ij) for each local row [B]: minus infinity of no pair.
  void log_sums(const mpi::Communicator& communicator, const Rows& rows, std::span<double> sums);

  /// What the derivative of a sum of log_sums() by a score is:
  /// G_ij = weight exp(u_ij - log_sum_i) + travelling_weight exp(u_ij - travelling_log_sum_j).
  struct Weights {
    double weight = 0.0;
    std::span<const double> log_sums = {};             ///< [B] of staying rows
    double travelling_weight = 0.0;                    ///< the same on all ranks ...
    std::span<const double> travelling_log_sums = {};  ///< [B]; not read where that is 0
  };

  /// Collective. Adds sum_j G_ij t_j / temperature to row i of `gradient` [B, p].
  void add_gradient(const mpi::Communicator& communicator, const Rows& rows, const Weights& weights,
                    MatrixView<T> gradient);

  /// Collective. Writes sum_j ln(1 + exp(u_ij + shift)) for each local row [B].
  void softplus_sums(const mpi::Communicator& communicator, const Rows& rows, double shift,
                     std::span<double> sums);

  /// Collective. Writes sum_j exp(max(-limit, min(limit, u_ij))) for each local row [B]; what
  /// Rows::without_own leaves out counts 0.
  void clipped_exp_sums(const mpi::Communicator& communicator, const Rows& rows, double limit,
                        std::span<double> sums);

  /// Collective. With G_ij = weight / (1 + exp(-u_ij - shift)), adds sum_j G_ij t_j / temperature
  /// to row i of `gradient` [B, p] and sum_j G_ij to element i of `totals` [B].
  void add_logistic_gradient(const mpi::Communicator& communicator, const Rows& rows, double weight,
                             double shift, MatrixView<T> gradient, std::span<double> totals);

 private:
  template <class Each>
  void for_each_tile(const mpi::Communicator& communicator, const Rows& rows,
                     std::span<const double> notes, const Each& each);

  mpi::Ring<T> ring_;
  Buffer<T> scores_;     // of a tile
  Buffer<T> functions_;  // of the scores of a tile
  Buffer<T> shifts_;     // of a tile's columns
  Buffer<T> tops_;       // [B], the largest score of a row so far
};

}  // namespace infomax::objective

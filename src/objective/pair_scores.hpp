// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <vector>

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

/// Scores are kept between two passes where there are no more.
inline constexpr std::size_t most_kept_scores = std::size_t{1} << 23U;

/// The scores that are kept of so many local and global rows.
[[nodiscard]] constexpr std::size_t kept_scores(std::size_t local_rows, std::size_t rows) {
  return local_rows * rows <= most_kept_scores ? local_rows * rows : 0;
}

/// A tile: staying rows [first, first + rows) and some rows of a block.
struct TileRange {
  std::size_t first = 0;
  std::size_t rows = 0;
  std::size_t first_column = 0;  ///< within the block
  std::size_t columns = 0;
};

/// Scores of pairs of rows that are no products: of a tile at a time.
template <math::Real T>
class PairScorer {
 public:
  PairScorer() = default;
  virtual ~PairScorer() = default;
  PairScorer(const PairScorer&) = delete;
  PairScorer& operator=(const PairScorer&) = delete;

  /// Writes the score of each row of `staying` [m, p] with each of `travelling` [n, q] to `scores`
  /// [m, n].
  virtual void score(MatrixView<const T> staying, MatrixView<const T> travelling,
                     MatrixView<T> scores) = 0;

  /// With derivatives by the scores of the last tile, adds those by its staying rows to `gradient`
  /// [m, p]; `weights` [m, n] is overwritten.
  virtual void add_gradient(MatrixView<T> weights, MatrixView<T> gradient) = 0;

  static constexpr std::size_t tile_rows = 32;     ///< m at most
  static constexpr std::size_t tile_columns = 64;  ///< n at most
};

/// The scores u_ij = s_i . t_j / temperature of all pairs of the global batch. They exist tile by
/// tile only: what needs them again computes them again. A rank's memory is that of its own rows,
/// of two blocks of others, and of a tile.
template <math::Real T>
class PairScores {
 public:
  /// The rows of both kinds on this rank.
  struct Rows {
    MatrixView<const T> staying;     ///< [B, p], without gaps
    MatrixView<const T> travelling;  ///< [B, p], or [B, q] where there is a scorer; without gaps
    double temperature = 1.0;
    bool without_own = false;  ///< leaves out the pairs (i, i) of one rank's rows
    /// How many rows of either kind each sample has, one after the other; B and parts count
    /// samples.
    std::size_t staying_places = 1;
    std::size_t travelling_places = 1;  ///< the same of travelling rows
    /// If set, all sums over travelling rows are computed part by part in one order.
    const stats::RowParts* parts = nullptr;
    PairScorer<T>* scorer = nullptr;  ///< what gives scores instead of the products, if set
  };

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
  /// to row i of `gradient` [B, p] and sum_j G_ij to element i of `totals` [B]; and to
  /// `travelling_gradient` as add_gradient() does.
  void add_logistic_gradient(const mpi::Communicator& communicator, const Rows& rows, double weight,
                             double shift, MatrixView<T> gradient, std::span<double> totals,
                             MatrixView<T> travelling_gradient = {});

 private:
  using Block = typename mpi::Ring<T>::Block;

  /// What becomes of the scores of tiles between two calls.
  enum class Memory : std::uint8_t { none, keep, reuse };

  template <class Each>
  void for_each_tile(const mpi::Communicator& communicator, const Rows& rows,
                     std::span<const double> notes, const Each& each, Memory memory = Memory::none,
                     MatrixView<T> travelling_sums = {});
  template <class Weigh>
  void add_weighted(const mpi::Communicator& communicator, const Rows& rows,
                    std::span<const double> notes, double factor, const Weigh& weigh,
                    MatrixView<T> gradient, MatrixView<T> travelling_gradient);
  void add_to_rows(const TileRange& range, MatrixView<const T> scores, std::span<double> sums);
  void finish_rows(std::span<double> sums) const;
  void add_to_columns(const TileRange& range, MatrixView<const T> scores, std::size_t first);
  void score_tile(const Rows& rows, const Block& block, bool own, const TileRange& range,
                  MatrixView<T> scores) const;
  static void add_products(const Rows& rows, const Block& block, const TileRange& range,
                           MatrixView<T> weights, double factor, MatrixView<T> gradient);

  mpi::Ring<T> ring_;
  Buffer<T> scores_;            // of a tile
  Buffer<T> functions_;         // of the scores of a tile
  Buffer<T> shifts_;            // of a tile's columns
  Buffer<T> tops_;              // [B], the largest score of a row so far
  Buffer<T> kept_;              // the scores of all tiles, one after the other, where they are few
  std::size_t kept_count_ = 0;  // scores in there ...
  const T* kept_staying_ = nullptr;           // ... of these staying rows
  Buffer<double> column_tops_;                // [N], the same of each column of all ranks ...
  Buffer<double> column_sums_;                // ... and the sum of exp(u - top)
  Buffer<T> tile_sums_;                       // of a tile's columns
  std::vector<std::size_t> travelling_ends_;  // of the parts of travelling rows
};

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
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

/// The rows of both kinds on this rank, whose pairs are scored.
template <math::Real T>
struct PairRows {
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

/// Goes through the scores u_ij = s_i . t_j / temperature of all pairs of the global batch, a tile
/// at a time: no rank holds them all, nor the rows of more than two other ranks. What needs scores
/// again goes through them again; where they are few they can be kept until then.
template <math::Real T>
class PairTiles {
 public:
  using Rows = PairRows<T>;
  using Block = typename mpi::Ring<T>::Block;  ///< travelling rows of one rank

  /// What becomes of scores between two passes.
  enum class Memory : std::uint8_t {
    none,  ///< they are computed and forgotten
    keep,  ///< they are computed and kept for the next pass
    reuse  ///< those of the last pass are given, which may overwrite them
  };

  /// Returns keep where scores with so many travelling rows of all ranks are few; else none.
  [[nodiscard]] Memory to_keep(const Rows& rows, std::size_t travelling);

  /// Returns reuse where the last pass kept the scores of the same rows, staying and travelling;
  /// else none.
  [[nodiscard]] Memory kept(const Rows& rows) const {
    return kept_count_ > 0 && kept_staying_ == rows.staying.data() ? Memory::reuse : Memory::none;
  }

  /// Collective. Calls each(range, scores, block, sums) for all tiles, those of a staying row in
  /// the order in which blocks come. `notes` travel with their rows. `sums` are numbers for the
  /// block's rows, added up over all ranks in `travelling_sums` (see mpi::Ring::around_adding); of
  /// no columns unless that has some.
  template <class Each>
  void for_each(const mpi::Communicator& communicator, const Rows& rows,
                std::span<const double> notes, const Each& each, Memory memory = Memory::none,
                MatrixView<T> travelling_sums = {}) {
    const auto self = static_cast<std::size_t>(communicator.rank());
    const bool scored = rows.scorer != nullptr;
    const std::size_t tile_rows = scored ? PairScorer<T>::tile_rows : score_tile_rows;
    const std::size_t tile_columns = scored ? PairScorer<T>::tile_columns : score_tile_columns;
    const std::size_t samples = rows.staying.rows() / rows.staying_places;
    scores_.resize(score_tile_elements);
    std::size_t done = 0;
    const auto visit = [&](const Block& block, MatrixView<T> sums) {
      stats::for_each_part(rows.parts, samples, [&](std::size_t sample, std::size_t count) {
        const std::size_t begin = sample * rows.staying_places;
        const std::size_t size = count * rows.staying_places;
        for (std::size_t i = 0; i < size; i += tile_rows) {
          for (std::size_t j = 0; j < block.rows.rows(); j += tile_columns) {
            const TileRange range{begin + i, std::min(tile_rows, size - i), j,
                                  std::min(tile_columns, block.rows.rows() - j)};
            T* const at = memory == Memory::none ? scores_.data() : kept_.data() + done;
            const MatrixView<T> scores(at, range.rows, range.columns);
            done += scores.size();
            if (memory != Memory::reuse) {
              score(rows, block, block.owner == self, range, scores);
            }
            each(range, scores, block, sums);
          }
        }
      });
    };
    travel(communicator, rows, notes, visit, travelling_sums);
    if (memory != Memory::keep) {
      kept_count_ = 0;
    }
  }

 private:
  using Visit = typename mpi::Ring<T>::VisitAdding;

  void score(const Rows& rows, const Block& block, bool own, const TileRange& range,
             MatrixView<T> scores) const;
  void travel(const mpi::Communicator& communicator, const Rows& rows,
              std::span<const double> notes, const Visit& visit, MatrixView<T> travelling_sums);

  mpi::Ring<T> ring_;
  Buffer<T> scores_;                          // of a tile
  Buffer<T> kept_;                            // of all tiles, one after the other
  std::size_t kept_count_ = 0;                // scores in there ...
  const T* kept_staying_ = nullptr;           // ... of these staying rows
  std::vector<std::size_t> travelling_ends_;  // of the parts of travelling rows
};

}  // namespace infomax::objective

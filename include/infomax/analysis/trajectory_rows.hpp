// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/data/blocks.hpp"
#include "infomax/data/stretches.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"

/// @file
/// N global rows of one or many trajectories, laid end to end; q columns, M pieces.

namespace infomax::analysis {

/// Consecutive rows of one trajectory that are drawn together.
struct TrajectorySegment {
  std::size_t piece = 0;           ///< number of the piece that it belongs to
  data::Stretch rows;              ///< rows t of the data set
  std::size_t trajectory_end = 0;  ///< the row after the trajectory's last one

  /// The rows t of which the row t + lag is one of the same trajectory.
  [[nodiscard]] data::Stretch starts(std::size_t lag) const;
};

/// Trajectories cut into about M pieces of about equally many rows: a piece is a part of one
/// trajectory, or several whole ones that are shorter.
struct TrajectoryPieces {
  std::size_t count = 0;                    ///< M or fewer, but for one of what is left
  std::vector<TrajectorySegment> segments;  ///< in the order of the rows

  /// Pairs of rows (t, t + lag) of all trajectories.
  [[nodiscard]] std::size_t pairs(std::size_t lag) const;
};

/// Cuts trajectories of these lengths into about `pieces` pieces, one or more.
[[nodiscard]] TrajectoryPieces cut_trajectories(std::span<const std::size_t> lengths,
                                                std::size_t pieces);

/// Collective. This rank's rows [shard.row_count, q] of N, followed by up to `more` rows of the
/// ranks after it, as far as there are any. Takes memory for these besides.
template <math::Real T>
[[nodiscard]] Matrix<T> with_following_rows(const mpi::Communicator& communicator,
                                            const data::Shard& shard, Matrix<T> rows,
                                            std::size_t more);

}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "infomax/core/matrix.hpp"
#include "infomax/data/blocks.hpp"
#include "infomax/data/datasets.hpp"
#include "infomax/estimate/estimate.hpp"
#include "infomax/mpi/communicator.hpp"

/// @file
/// N rows of all ranks, B local rows, D columns of x, E columns of y.

namespace infomax::estimate {

/// Rows that belong together, of which each rank has its shard. Columns that are constant are left
/// out, for they tell nothing.
struct Sides {
  data::Blocks blocks;
  Matrix<double> x;  ///< [B, D]
  Matrix<double> y;  ///< [B, E]
};

/// Collective. Reads this rank's shard of two data sets and does to each column what `marginals`
/// says: of normal scores, the quantile Phi^-1((rank - 1/2) / N) takes the place of a number, of
/// equal ones that of their mean rank. Throws DataError, the same on every rank, where they have
/// not equally many rows, are sequences, or have no column that varies.
[[nodiscard]] Sides read_sides(const mpi::Communicator& communicator, data::Datasets& source,
                               const std::string& x, const std::string& y, Marginals marginals);

/// The columns of x and then those of y, [B, D + E].
[[nodiscard]] Matrix<double> joined(MatrixView<const double> x, MatrixView<const double> y);

/// Collective. Replaces each column of rows [B, columns] by its normal scores.
void to_normal_scores(const mpi::Communicator& communicator, MatrixView<double> rows);

}  // namespace infomax::estimate

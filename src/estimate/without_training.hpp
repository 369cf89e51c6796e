// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include "infomax/core/matrix.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/value_of_rows.hpp"

/// @file
/// Mutual information of local rows x [B, D] and y [B, E] without a critic, in nats. N rows of all
/// ranks. All are collective.

namespace infomax::estimate {

/// What k nearest neighbours tell.
struct NearestInformation {
  stats::ValueOfRows information;
  std::size_t repeated = 0;  ///< rows of all ranks whose k-th neighbour is at the distance 0
};

/// psi(k) + psi(N) - mean of psi(n_x + 1) + psi(n_y + 1), where n_x and n_y count the rows that are
/// nearer in x, and in y, than the k-th neighbour in both, all distances by the maximum norm: the
/// first estimator of Kraskov, Stoegbauer and Grassberger (2004). All pairs are compared, so it
/// takes 2 N^2 (D + E) / P steps of a rank. 1 <= k < N.
[[nodiscard]] NearestInformation nearest_information(const mpi::Communicator& communicator,
                                                     MatrixView<const double> x,
                                                     MatrixView<const double> y, std::size_t k);

/// (ln |C_x| + ln |C_y| - ln |C|) / 2 of the covariances, less what it exceeds the truth by on
/// average where rows are normal, which is exact for any N > D + E. Throws DataError where columns
/// are linearly dependent or rows too few.
[[nodiscard]] stats::ValueOfRows gaussian_information(const mpi::Communicator& communicator,
                                                      MatrixView<const double> x,
                                                      MatrixView<const double> y);

/// The information of the cells of x and y, D = E = 1, that cut either column into `bins` parts
/// with equally many rows, less the bias (K_xy - K_x - K_y + 1) / 2N of K cells that are not empty
/// (Miller 1955). Rows are taken as normal scores, whose quantiles bound the cells.
[[nodiscard]] stats::ValueOfRows histogram_information(const mpi::Communicator& communicator,
                                                       MatrixView<const double> x,
                                                       MatrixView<const double> y,
                                                       std::size_t bins);

}  // namespace infomax::estimate

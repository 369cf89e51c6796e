// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/canonical.hpp"
#include "infomax/stats/column_cells.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// N global rows, p and q columns of sides a and b, M bins.

namespace infomax::analysis {

/// A side with more columns than this has no covariance matrix here, which every rank would hold.
inline constexpr std::size_t most_covariance_columns = 2048;

/// Means and second moments of both sides, from two passes over their rows. Of sides that are too
/// wide, the variances alone.
struct OutputStatistics {
  stats::Means means;            ///< of both sides
  stats::SecondMoments moments;  ///< about these means
};

/// Collective. In double, so that covariances may be inverted.
template <math::Real T>
[[nodiscard]] OutputStatistics measure_outputs(const mpi::Communicator& communicator,
                                               const stats::RowSource<T>& a,
                                               const stats::RowSource<T>& b);

/// Collective. p_k [n, M] of one side's n columns, by the soft histograms that the objective's
/// entropies come from; a row of zeros for a column that is constant. `mean`, `variance` [n] are
/// those of all `samples` rows.
template <math::Real T>
[[nodiscard]] Matrix<double> column_histograms(const mpi::Communicator& communicator,
                                               const stats::RowSource<T>& side, double samples,
                                               std::span<const double> mean,
                                               std::span<const double> variance, std::size_t bins,
                                               const stats::HistogramRange& range);

/// Returns the centres of the M bins in the range's units: the centres of the splines that are the
/// histogram's weights.
[[nodiscard]] std::vector<double> bin_centres(std::size_t bins, const stats::HistogramRange& range);

/// Pearson correlations from covariances [n, m] and the variances of rows [n] and columns [m]; 0
/// where one is constant. Of the first `most` rows and columns alone.
[[nodiscard]] Matrix<double> correlation_matrix(MatrixView<const double> covariance,
                                                std::span<const double> row_variance,
                                                std::span<const double> column_variance,
                                                std::size_t most);

/// The canonical correlations, descending; nothing where a side is too wide, or a covariance with
/// its ridge is not positive definite.
[[nodiscard]] std::optional<std::vector<double>> canonical_correlations(
    const stats::SecondMoments& moments, const objective::Ridge& ridge);

}  // namespace infomax::analysis

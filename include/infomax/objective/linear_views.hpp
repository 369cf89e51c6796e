// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/linear_solution.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// Linear generalised CCA: M views of n_m inputs, side by side in rows h [N, n], and q_m outputs.
/// C_mn are the blocks of the inputs' covariance.

namespace infomax::objective {

/// What to solve, for which layers.
struct LinearViewsProblem {
  std::vector<std::size_t> inputs;   ///< n_m of each view
  std::vector<std::size_t> outputs;  ///< q_m of each view
  /// L of regularised generalised CCA: C_mm + L I takes the place of C_mm. For maxvar alone.
  std::optional<double> ridge = std::nullopt;
  Maximiser
      maximise;  ///< called unless the objective is maxvar and its ridge of outputs 0, or `ridge`
};

/// The layers y_m = W_m^T (h_m - mean) of all views.
struct LinearViews {
  Buffer<double> mean;                  ///< [n]
  std::vector<Matrix<double>> weights;  ///< [n_m, q_m] of each view
  /// Of the inputs, before any ridge of outputs: the largest eigenvalues of the mean of the views'
  /// projections, descending, as many as any view has outputs.
  std::vector<double> eigenvalues;
};

/// Collective. The layers of greatest J among the linear ones, for objectives maxvar and sumcor.
/// With E_m that whitens C_mm and keeps to its column space, and K the blocks E_m^T C_mn E_n = U
/// diag(l) U^T, output j of view m is E_m U_m of column j, scaled to variance 1 (Kettenring 1971):
/// this is the maximum of maxvar with its ridge of the outputs 0, of any k up to the smallest q_m.
/// Otherwise a search goes on from there to the maximum of J as it stands; sumcor has no closed
/// form and may have several maxima. With an absolute ridge of the outputs, J has a bound that it
/// reaches but for rounding. The result is the same on every rank, and on any number of ranks up to
/// rounding, which a search magnifies. Views of far more columns than there are rows get
/// coordinates, so that no matrix of all columns is made. Warns where inputs depend on each other.
/// Throws UsageError where a view has more outputs than directions, and NumericError where it does
/// not vary.
template <math::Real T>
[[nodiscard]] LinearViews solve_linear_views(const mpi::Communicator& communicator,
                                             const LinearViewsProblem& problem,
                                             const ObjectiveOptions& options,
                                             const stats::RowSource<T>& rows,
                                             const stats::RowParts* parts);

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/canonical.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// N global rows, p and q columns of sides a and b, k components.

namespace infomax::objective {

/// The linear maps of two sides to their canonical variables, fitted to one data set:
///
///     u = (a - mean_a) directions_a        v = (b - mean_b) directions_b
///
/// On that data set, correlations[i] is the correlation of column i of u and of v. Where a side
/// does not vary, the directions are empty and all correlations are 0. Wide sides have directions
/// for the first c <= k correlations only, and the others are 0.
struct CanonicalFit {
  Buffer<double> mean_a;             ///< [p]
  Buffer<double> mean_b;             ///< [q]
  Matrix<double> directions_a;       ///< [p, c]
  Matrix<double> directions_b;       ///< [q, c]
  std::vector<double> correlations;  ///< [k], descending, of the regularised problem
  /// [c], correlations with the signs of the eigenvalues that they are the sizes of; empty unless
  /// rows count in both directions, where mean_a = mean_b, and the directions of b are those of a
  /// times these signs.
  std::vector<double> eigenvalues = {};
};

/// Collective. Fits the `components` largest correlations, of rows in both directions where
/// `reversible` says so. Throws NumericError where a covariance
/// with its ridge is not positive definite.
template <math::Real T>
[[nodiscard]] CanonicalFit fit_canonical(const mpi::Communicator& communicator,
                                         const stats::RowPairs<T>& rows,
                                         const CanonicalOptions& options);

}  // namespace infomax::objective

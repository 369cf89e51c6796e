// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "infomax/core/matrix.hpp"

/// @file
/// n features x, or memberships of n states that add up to 1, at times t and t + tau.

namespace infomax::analysis {

/// The matrix that propagates features by a lag, and how many directions it knows of.
struct KoopmanMatrix {
  Matrix<double> matrix;  ///< [n, n]
  std::size_t rank = 0;   ///< directions in which the features vary, n or fewer
};

/// K = C_00^+ C_0t, which predicts E[x_(t + tau) | x_t] = x_t K with the least squares. Directions
/// in which C_00 has less than 1e-10 of its largest eigenvalue are left out. Of memberships, with
/// second moments that are not centred, K is the coarse transition matrix: its rows add up to 1
/// where C_00 has full rank (Mardt et al. 2018).
[[nodiscard]] KoopmanMatrix koopman_matrix(MatrixView<const double> c00,
                                           MatrixView<const double> c0t);

/// The `count` largest magnitudes of the eigenvalues of K, descending. Of memberships the one that
/// is closest to 1, which belongs to what does not change, is left out. Those beyond the rank, and
/// those below 1e-10, are rounding, and 0.
[[nodiscard]] std::vector<double> eigenvalue_magnitudes(const KoopmanMatrix& k, bool of_memberships,
                                                        std::size_t count);

/// p with p K = p and sum p = 1; where there are several, one of them, and nothing where none adds
/// up to a number.
[[nodiscard]] std::optional<std::vector<double>> stationary_distribution(
    MatrixView<const double> k);

}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>

#include "infomax/core/matrix.hpp"

/// @file
/// n variables, of which `rank` linear combinations vary.

namespace infomax::objective {

/// A linear map to uncorrelated coordinates of variance 1: z = map^T (h - mean).
struct Whitening {
  Matrix<double> map;  ///< [n, rank]

  [[nodiscard]] std::size_t rank() const { return map.columns(); }

  /// The map [n, outputs] to directions [rank, r] in these coordinates, of which column j gets the
  /// standard deviation deviations[j]; columns without a direction or a deviation are 0.
  [[nodiscard]] Matrix<double> back(MatrixView<const double> directions,
                                    std::span<const double> deviations, std::size_t outputs) const;
};

/// Throws NumericError where variables have no variance or it is not finite.
void require_variance(std::span<const double> variance);

/// The map for a covariance [n, n], whose diagonal is `variance` [n]. It keeps to the covariance's
/// column space: of the variables scaled to variance 1, so that their units decide nothing,
/// directions whose variance is at most 1e-10 of the largest are left out.
[[nodiscard]] Whitening whitening(const Matrix<double>& covariance,
                                  std::span<const double> variance);

/// The map for covariance + ridge I, where ridge is above 0: all n directions.
[[nodiscard]] Whitening whitening(const Matrix<double>& covariance, double ridge);

/// The whitening of the inputs of the linear layer of `side` ("a"). Warns where they depend on each
/// other; throws what require_variance() throws.
[[nodiscard]] Whitening whitening_of_inputs(const Matrix<double>& covariance,
                                            std::span<const double> variance, const char* side);

/// The covariances left^T C right [rank of left, rank of right] of whitened variables of two sides,
/// whose own are C [m, n].
[[nodiscard]] Matrix<double> between(const Whitening& left, const Matrix<double>& covariance,
                                     const Whitening& right);

}  // namespace infomax::objective

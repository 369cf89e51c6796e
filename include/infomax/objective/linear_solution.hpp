// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// Inputs h_a [N, m] and h_b [N, n] of two linear layers, or of one; q outputs.

namespace infomax::objective {

/// Which sides of an objective are outputs of a linear layer that is to be found.
enum class LinearSides : std::uint8_t {
  b,           ///< b = W^T h_b, and a = h_a is data
  both,        ///< a = V^T h_a, b = W^T h_b
  both_alike,  ///< a = W^T h_a, b = W^T h_b
};

/// The layers of greatest J among the linear ones, in closed form from second moments C.
enum class LinearForm : std::uint8_t {
  /// Canonical directions of h_a and h_b (Hotelling 1936), for objectives of canonical
  /// correlations; outputs are uncorrelated, of variance 1. The objective's ridge is added to the
  /// inputs' covariances; the solution is exact without one.
  canonical,
  /// L^-T times the leading eigenvectors of (K K^T + K^T K) / 2, where C = (C_aa + C_bb) / 2 = L
  /// L^T
  /// and K = L^-1 C_ab L^-T. Where the sides may be exchanged (C_aa = C_bb and C_ab = C_ab^T, as in
  /// reversible trajectories) these are the eigenvectors of K, by the size of their eigenvalues:
  /// time-lagged independent components (Molgedey and Schuster 1994; Perez-Hernandez et al. 2013),
  /// the exact solution. Elsewhere they are exact for q = n, and for q < n a compromise between
  /// the directions that are best for either side.
  canonical_alike,
  /// For the rv coefficient with a fixed side a: C_bb^-1/2 E diag(s), where s_i and E are the q
  /// largest singular values and right singular vectors of C_ab C_bb^-1/2. For h_a = h_b these are
  /// the leading principal directions, orthonormal. The value is
  ///
  ///     J^2 = sqrt(sum_{i<=q} s_i^4) / |C_aa|_F.
  ///
  /// With W' = C_bb^1/2 W, G = W' W'^T and M = C_bb^-1/2 C_ba C_ab C_bb^-1/2, J^2 |C_aa|_F is tr(G
  /// M) / |G|_F; of all G of rank q, the leading q terms of M's eigenvalue decomposition make it
  /// greatest.
  rv,
  /// For coding-rate, which grows with the outputs' scale: of all W with W^T W = I, the leading
  /// principal directions of h_b. J = 1/2 sum_{i<=q} ln(1 + (q / e) l_i), l the eigenvalues of
  /// C_bb.
  principal,
};

/// The closed form of an objective of canonical correlations.
[[nodiscard]] constexpr LinearForm canonical_form(LinearSides sides) {
  return sides == LinearSides::both_alike ? LinearForm::canonical_alike : LinearForm::canonical;
}

/// The closed form of an objective, as its description has it; nothing where it has none.
[[nodiscard]] std::optional<LinearForm> linear_form(const ObjectiveOptions& options,
                                                    LinearSides sides);

/// The objectives that have a closed form, and for which sides, for messages.
[[nodiscard]] std::string linear_objectives();

/// The most outputs that a closed form has directions for, for h_a of m and h_b of n columns.
[[nodiscard]] std::size_t largest_outputs(LinearForm form, std::size_t m, std::size_t n);

/// A layer y = W^T (h - mean).
struct LinearLayer {
  Buffer<double> mean;    ///< [n]
  Matrix<double> weight;  ///< [n, q]
};

/// The layers of both sides at the greatest J.
struct LinearSolution {
  LinearLayer a;  ///< filled by LinearForm::canonical only
  LinearLayer b;  ///< always filled
};

/// Collective. Returns the layers that the form finds, `outputs_a` and `outputs_b` wide; the other
/// is empty. The result is the same on every rank, and on any number of ranks up to rounding: signs
/// are chosen so that in each column of b, the first component that is about as large as any is
/// positive.
/// Throws NumericError where there is no variance, or a covariance with its ridge is not positive
/// definite.
template <math::Real T>
[[nodiscard]] LinearSolution solve_linear(const mpi::Communicator& communicator, LinearForm form,
                                          const ObjectiveOptions& options,
                                          const stats::RowPairs<T>& rows, std::size_t outputs_a,
                                          std::size_t outputs_b);

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <complex>
#include <optional>
#include <vector>

#include "infomax/core/matrix.hpp"

/// @file
/// LAPACK in double precision, for small matrices that are the same on every rank.

namespace infomax::math {

/// Returns the lower triangular l with l l^T = a for a symmetric a [n, n]; the upper triangle of l
/// is zero. Reads only the lower triangle of a. Returns nothing if a is not positive definite.
[[nodiscard]] std::optional<Matrix<double>> cholesky(MatrixView<const double> a);

/// a = z z^T up to `tolerance`, z [n, rank], where z is lower triangular once its rows are in the
/// order of the pivots: row pivots[k] of z has k + 1 columns that may differ from 0.
struct PivotedCholesky {
  Matrix<double> z;                 ///< [n, rank]
  std::vector<std::size_t> pivots;  ///< [rank], the rows that were eliminated, in order
};

/// Factors a symmetric, positive semidefinite a [n, n] until no diagonal element of the rest is
/// above `tolerance`. Reads only its lower triangle. Source: LAPACK's dpstrf (Higham 1990).
[[nodiscard]] PivotedCholesky pivoted_cholesky(Matrix<double> a, double tolerance);

/// a = vectors diag(values) vectors^T; values in descending order, eigenvectors [n, n] in columns.
struct SymmetricEigen {
  std::vector<double> values;  ///< [n]
  Matrix<double> vectors;      ///< [n, n], orthonormal columns
};

/// Decomposes a symmetric a [n, n]. Reads only its lower triangle. Throws NumericError.
[[nodiscard]] SymmetricEigen symmetric_eigen(MatrixView<const double> a);

/// a = u diag(values) vt with k = min(m, n): u [m, k], values descending, vt [k, n].
struct SingularValues {
  Matrix<double> u;            ///< [m, k], orthonormal columns
  std::vector<double> values;  ///< [k]
  Matrix<double> vt;           ///< [k, n], orthonormal rows
};

/// Decomposes a [m, n]. Throws NumericError.
[[nodiscard]] SingularValues singular_values(MatrixView<const double> a);

/// The eigenvalues of any a [n, n], those of largest magnitude first, and conjugate ones side by
/// side. Throws NumericError. Source: LAPACK's dgeev.
[[nodiscard]] std::vector<std::complex<double>> eigenvalues(MatrixView<const double> a);

}  // namespace infomax::math

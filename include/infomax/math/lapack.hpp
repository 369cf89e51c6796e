// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <vector>

#include "infomax/core/matrix.hpp"

/// LAPACK in double precision, for the small matrices that every rank holds alike.
namespace infomax::math {

/// Lower triangular l with l l^T = a, for the symmetric a [n, n], of which the lower triangle is
/// read; the upper triangle of l is zero. Nothing where a is not positive definite.
[[nodiscard]] std::optional<Matrix<double>> cholesky(MatrixView<const double> a);

/// a = vectors diag(values) vectors^T, values in descending order, vectors [n, n] in columns.
struct SymmetricEigen {
  std::vector<double> values;
  Matrix<double> vectors;
};

/// For the symmetric a [n, n], of which the lower triangle is read. Throws NumericError.
[[nodiscard]] SymmetricEigen symmetric_eigen(MatrixView<const double> a);

/// a = u diag(values) vt with k = min(m, n): u [m, k], values descending, vt [k, n].
struct SingularValues {
  Matrix<double> u;
  std::vector<double> values;
  Matrix<double> vt;
};

/// For a [m, n]. Throws NumericError.
[[nodiscard]] SingularValues singular_values(MatrixView<const double> a);

}  // namespace infomax::math

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/lapack.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>

#include <cblas.h>

#include "infomax/core/checked_cast.hpp"
#include "infomax/core/error.hpp"
#include "math/workspace.hpp"

// LAPACK's Fortran entry points; Debian's OpenBLAS is built without LAPACKE. The trailing lengths
// are those of the character arguments.
extern "C" {
void dpotrf_(const char* uplo, const blasint* n, double* a, const blasint* lda, blasint* info,
             std::size_t uplo_length);
void dpstrf_(const char* uplo, const blasint* n, double* a, const blasint* lda, blasint* piv,
             blasint* rank, const double* tol, double* work, blasint* info,
             std::size_t uplo_length);
void dsyevd_(const char* jobz, const char* uplo, const blasint* n, double* a, const blasint* lda,
             double* w, double* work, const blasint* lwork, blasint* iwork, const blasint* liwork,
             blasint* info, std::size_t jobz_length, std::size_t uplo_length);
void dgesdd_(const char* jobz, const blasint* m, const blasint* n, double* a, const blasint* lda,
             double* s, double* u, const blasint* ldu, double* vt, const blasint* ldvt,
             double* work, const blasint* lwork, blasint* iwork, blasint* info,
             std::size_t jobz_length);
void dgeev_(const char* jobvl, const char* jobvr, const blasint* n, double* a, const blasint* lda,
            double* wr, double* wi, double* vl, const blasint* ldvl, double* vr,
            const blasint* ldvr, double* work, const blasint* lwork, blasint* info,
            std::size_t jobvl_length, std::size_t jobvr_length);
}

namespace infomax::math {
namespace {

blasint dimension(std::size_t n) { return checked_cast<blasint>(n, "a matrix dimension"); }

Matrix<double> copy_of(MatrixView<const double> a) {
  Matrix<double> copy(a.rows(), a.columns());
  for (std::size_t i = 0; i < a.rows(); ++i) {
    std::ranges::copy(a.row(i), copy.view().row(i).begin());
  }
  return copy;
}

}  // namespace

std::optional<Matrix<double>> cholesky(MatrixView<const double> a) {
  assert(a.rows() == a.columns());
  Matrix<double> l = copy_of(a);
  const blasint n = dimension(a.rows());
  const blasint lda = std::max<blasint>(1, n);
  blasint info = 0;
  // A row-major lower triangle is a column-major upper one.
  dpotrf_("U", &n, l.data(), &lda, &info, 1);
  if (info != 0) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < l.rows(); ++i) {
    std::fill(l.view().row(i).begin() + static_cast<std::ptrdiff_t>(i) + 1, l.view().row(i).end(),
              0.0);
  }
  return l;
}

PivotedCholesky pivoted_cholesky(Matrix<double> a, double tolerance) {
  assert(a.rows() == a.columns());
  const std::size_t size = a.rows();
  if (size == 0) {
    return {};
  }
  const blasint n = dimension(size);
  blasint rank = 0;
  blasint info = 0;
  std::vector<blasint> order(size);
  std::vector<double> work(2 * size);
  // A row-major lower triangle is a column-major upper one. It reports an incomplete factor by its
  // info, too, which says no more than the rank.
  dpstrf_("U", &n, a.data(), &n, order.data(), &rank, &tolerance, work.data(), &info, 1);
  const auto columns = static_cast<std::size_t>(rank);
  PivotedCholesky factor{Matrix<double>(size, columns, 0.0), std::vector<std::size_t>(columns)};
  for (std::size_t i = 0; i < size; ++i) {
    const auto row = static_cast<std::size_t>(order[i]) - 1;
    std::ranges::copy(a.view().row(i).first(std::min(i + 1, columns)),
                      factor.z.view().row(row).begin());
    if (i < columns) {
      factor.pivots[i] = row;
    }
  }
  return factor;
}

SymmetricEigen symmetric_eigen(MatrixView<const double> a) {
  assert(a.rows() == a.columns());
  const std::size_t size = a.rows();
  SymmetricEigen result{std::vector<double>(size), Matrix<double>(size, size)};
  if (size == 0) {
    return result;
  }
  Matrix<double> work_matrix = copy_of(a);
  std::vector<double> ascending(size);
  const blasint n = dimension(size);
  blasint info = 0;
  blasint lwork = -1;
  blasint liwork = -1;
  double best_lwork = 0.0;
  blasint best_liwork = 0;
  dsyevd_("V", "U", &n, work_matrix.data(), &n, ascending.data(), &best_lwork, &lwork, &best_liwork,
          &liwork, &info, 1, 1);
  lwork = workspace_size<blasint>(best_lwork);
  liwork = best_liwork;
  std::vector<double> work(static_cast<std::size_t>(lwork));
  std::vector<blasint> iwork(static_cast<std::size_t>(liwork));
  dsyevd_("V", "U", &n, work_matrix.data(), &n, ascending.data(), work.data(), &lwork, iwork.data(),
          &liwork, &info, 1, 1);
  if (info != 0) {
    throw NumericError("an eigenvalue decomposition did not converge (LAPACK dsyevd, info " +
                       std::to_string(info) + "): the covariance is not finite");
  }
  // LAPACK's column-major eigenvectors are rows here, in ascending order.
  for (std::size_t k = 0; k < size; ++k) {
    const std::size_t from = size - 1 - k;
    result.values[k] = ascending[from];
    for (std::size_t i = 0; i < size; ++i) {
      result.vectors(i, k) = work_matrix(from, i);
    }
  }
  return result;
}

SingularValues singular_values(MatrixView<const double> a) {
  const std::size_t k = std::min(a.rows(), a.columns());
  SingularValues result{Matrix<double>(a.rows(), k), std::vector<double>(k),
                        Matrix<double>(k, a.columns())};
  if (k == 0) {
    return result;
  }
  Matrix<double> destroyed = copy_of(a);
  // Row-major a is column-major a^T = v diag(s) u^T: LAPACK's "u" is our vt, and its "vt" our u.
  const blasint m = dimension(a.columns());
  const blasint n = dimension(a.rows());
  const blasint kk = dimension(k);
  blasint info = 0;
  blasint lwork = -1;
  double best_lwork = 0.0;
  std::vector<blasint> iwork(8 * k);
  const auto decompose = [&](double* work) {
    dgesdd_("S", &m, &n, destroyed.data(), &m, result.values.data(), result.vt.data(), &m,
            result.u.data(), &kk, work, &lwork, iwork.data(), &info, 1);
  };
  decompose(&best_lwork);
  lwork = workspace_size<blasint>(best_lwork);
  std::vector<double> work(static_cast<std::size_t>(lwork));
  decompose(work.data());
  if (info != 0) {
    throw NumericError("a singular value decomposition did not converge (LAPACK dgesdd, info " +
                       std::to_string(info) + "): the covariance is not finite");
  }
  return result;
}

std::vector<std::complex<double>> eigenvalues(MatrixView<const double> a) {
  assert(a.rows() == a.columns());
  const std::size_t size = a.rows();
  if (size == 0) {
    return {};
  }
  // The transpose, which LAPACK sees, has the same eigenvalues.
  Matrix<double> destroyed = copy_of(a);
  std::vector<double> real(size);
  std::vector<double> imaginary(size);
  const blasint n = dimension(size);
  const blasint one = 1;
  blasint info = 0;
  blasint lwork = -1;
  double best_lwork = 0.0;
  const auto decompose = [&](double* work) {
    dgeev_("N", "N", &n, destroyed.data(), &n, real.data(), imaginary.data(), nullptr, &one,
           nullptr, &one, work, &lwork, &info, 1, 1);
  };
  decompose(&best_lwork);
  lwork = workspace_size<blasint>(best_lwork);
  std::vector<double> work(static_cast<std::size_t>(lwork));
  decompose(work.data());
  if (info != 0) {
    throw NumericError("an eigenvalue decomposition did not converge (LAPACK dgeev, info " +
                       std::to_string(info) + "): the matrix is not finite");
  }
  std::vector<std::complex<double>> values(size);
  for (std::size_t k = 0; k < size; ++k) {
    values[k] = {real[k], imaginary[k]};
  }
  std::ranges::stable_sort(values, std::ranges::greater{},
                           [](const std::complex<double>& value) { return std::abs(value); });
  return values;
}

}  // namespace infomax::math

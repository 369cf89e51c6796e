// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <type_traits>

#include "infomax/core/matrix.hpp"

/// @file
/// BLAS over views. Debug builds check shapes; a size that exceeds BLAS's integers is a
/// SystemError.

/// BLAS, LAPACK and elementwise kernels.
namespace infomax::math {

/// The element types of the kernels.
template <class T>
concept Real = std::is_same_v<T, float> || std::is_same_v<T, double>;

/// Whether a product takes a matrix as it is or transposed: the op in its formula.
enum class Transpose {
  no,  ///< op(m) = m
  yes  ///< op(m) = m^T
};

/// The type itself, excluded from template argument deduction, so that a view of T converts to a
/// view of const T in a call.
template <class T>
using ConstView = MatrixView<const std::type_identity_t<T>>;

/// Computes c = alpha op(a) op(b) + beta c. If beta is 0, c may be uninitialised.
template <Real T>
void gemm(Transpose transpose_a, Transpose transpose_b, T alpha, ConstView<T> a, ConstView<T> b,
          std::type_identity_t<T> beta, MatrixView<std::type_identity_t<T>> c);

/// Computes the upper triangle of c = alpha a^T a + beta c, for a [n, k] and c [k, k]. The strictly
/// lower triangle is left as it is.
template <Real T>
void syrk(T alpha, ConstView<T> a, std::type_identity_t<T> beta,
          MatrixView<std::type_identity_t<T>> c);

/// Copies the upper triangle of a square matrix onto the lower one.
template <Real T>
void symmetrize(MatrixView<T> c);

/// On which side of the unknown a triangular matrix stands.
enum class Side {
  left,  ///< op(l) x = b
  right  ///< x op(l) = b
};

/// Solves with the lower triangular matrix l [n, n]: b = op(l)^-1 b (left) or
/// b = b op(l)^-1 (right), in place.
void solve_lower(Side side, Transpose transpose, MatrixView<const double> l, MatrixView<double> b);

/// Computes y = alpha a^T x + beta y, for a [n, k], x [n], y [k].
template <Real T>
void gemv_transposed(T alpha, ConstView<T> a, std::span<const std::type_identity_t<T>> x,
                     std::type_identity_t<T> beta, std::span<std::type_identity_t<T>> y);

/// Adds alpha x to y.
template <Real T>
void axpy(T alpha, std::span<const std::type_identity_t<T>> x,
          std::span<std::type_identity_t<T>> y);

/// Multiplies x by alpha.
template <Real T>
void scale(T alpha, std::span<std::type_identity_t<T>> x);

/// Returns the Euclidean norm.
template <Real T>
[[nodiscard]] T norm(std::span<const T> x);

/// Returns the Euclidean norm, summed in double and in one order. Unlike those of norm(), its bits
/// depend on x alone, and neither on BLAS's threads nor on the processor: for what all ranks must
/// compute alike.
template <Real T>
[[nodiscard]] double ordered_norm(std::span<const T> x);

}  // namespace infomax::math

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/blas.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <cblas.h>

#include "infomax/core/checked_cast.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/math/products.hpp"
#include "math/float_product.hpp"

namespace infomax::math {
namespace {

blasint extent(std::size_t n) { return checked_cast<blasint>(n, "a matrix dimension"); }

/// BLAS rejects the leading dimension 0 of an empty matrix.
blasint leading(std::size_t stride) { return std::max<blasint>(1, extent(stride)); }

CBLAS_TRANSPOSE flag(Transpose transpose) {
  return transpose == Transpose::yes ? CblasTrans : CblasNoTrans;
}

/// Elements of a vector in one call: as many as BLAS's integers count.
constexpr auto longest_of_blas = static_cast<std::size_t>(std::numeric_limits<blasint>::max());
std::size_t longest = longest_of_blas;

/// Calls `work(first, count)` for pieces of n elements that BLAS can take; for one, where it can
/// take them all.
template <class Work>
void in_pieces(std::size_t n, const Work& work) {
  for (std::size_t first = 0; first < n; first += longest) {
    work(first, std::min(longest, n - first));
  }
}

template <Real T>
T norm_of_piece(std::span<const T> x) {
  if constexpr (std::is_same_v<T, float>) {
    return cblas_snrm2(extent(x.size()), x.data(), 1);
  } else {
    // nrm2 guards every element against overflow and is many times slower than a dot product, whose
    // result shows whether the guard was necessary.
    const double squares = cblas_ddot(extent(x.size()), x.data(), 1, x.data(), 1);
    const bool exact = squares > 1e-250 && squares < 1e300;
    return exact ? std::sqrt(squares) : cblas_dnrm2(extent(x.size()), x.data(), 1);
  }
}

}  // namespace

std::size_t set_longest_vector(std::size_t elements) {
  return std::exchange(longest, std::clamp<std::size_t>(elements, 1, longest_of_blas));
}

template <Real T>
void gemm(Transpose transpose_a, Transpose transpose_b, T alpha, ConstView<T> a, ConstView<T> b,
          std::type_identity_t<T> beta, MatrixView<std::type_identity_t<T>> c) {
  const std::size_t inner = transpose_a == Transpose::yes ? a.rows() : a.columns();
  assert((transpose_a == Transpose::yes ? a.columns() : a.rows()) == c.rows());
  assert((transpose_b == Transpose::yes ? b.rows() : b.columns()) == c.columns());
  assert((transpose_b == Transpose::yes ? b.columns() : b.rows()) == inner);
  if (c.empty()) {
    return;
  }
  if constexpr (std::is_same_v<T, float>) {
    const bool is_plain = alpha == 1.0F && (beta == 0.0F || beta == 1.0F);
    if (is_plain && products() != Products::blas) {
      multiply_as_chosen({transpose_a, transpose_b, a, b, beta == 1.0F, c});
      return;
    }
  }
  const auto call = [&](auto function) {
    function(CblasRowMajor, flag(transpose_a), flag(transpose_b), extent(c.rows()),
             extent(c.columns()), extent(inner), alpha, a.data(), leading(a.stride()), b.data(),
             leading(b.stride()), beta, c.data(), leading(c.stride()));
  };
  if constexpr (std::is_same_v<T, float>) {
    call(cblas_sgemm);
  } else {
    call(cblas_dgemm);
  }
}

void multiply_by_blas(const FloatProduct& product) {
  const ProductScope scope(Products::blas);
  gemm<float>(product.transpose_a, product.transpose_b, 1.0F, product.a, product.b,
              product.adds ? 1.0F : 0.0F, product.c);
}

template <Real T>
void syrk(T alpha, ConstView<T> a, std::type_identity_t<T> beta,
          MatrixView<std::type_identity_t<T>> c) {
  assert(c.rows() == a.columns() && c.columns() == a.columns());
  if (c.empty()) {
    return;
  }
  const auto call = [&](auto function) {
    function(CblasRowMajor, CblasUpper, CblasTrans, extent(c.rows()), extent(a.rows()), alpha,
             a.data(), leading(a.stride()), beta, c.data(), leading(c.stride()));
  };
  if constexpr (std::is_same_v<T, float>) {
    call(cblas_ssyrk);
  } else {
    call(cblas_dsyrk);
  }
}

template <Real T>
void symmetrize(MatrixView<T> c) {
  assert(c.rows() == c.columns());
  // Copies in square tiles, so that the cache lines read along columns stay in the cache.
  constexpr std::size_t edge = 32;
  for (std::size_t top = 0; top < c.rows(); top += edge) {
    const std::size_t bottom = std::min(top + edge, c.rows());
    for (std::size_t left = 0; left <= top; left += edge) {
      for (std::size_t i = top; i < bottom; ++i) {
        const std::size_t right = std::min(left + edge, i);
        for (std::size_t j = left; j < right; ++j) {
          c(i, j) = c(j, i);
        }
      }
    }
  }
}

void solve_lower(Side side, Transpose transpose, MatrixView<const double> l, MatrixView<double> b) {
  assert(l.rows() == l.columns());
  assert(l.rows() == (side == Side::left ? b.rows() : b.columns()));
  if (b.empty()) {
    return;
  }
  cblas_dtrsm(CblasRowMajor, side == Side::left ? CblasLeft : CblasRight, CblasLower,
              flag(transpose), CblasNonUnit, extent(b.rows()), extent(b.columns()), 1.0, l.data(),
              leading(l.stride()), b.data(), leading(b.stride()));
}

template <Real T>
void gemv_transposed(T alpha, ConstView<T> a, std::span<const std::type_identity_t<T>> x,
                     std::type_identity_t<T> beta, std::span<std::type_identity_t<T>> y) {
  assert(x.size() == a.rows() && y.size() == a.columns());
  const auto call = [&](auto function) {
    function(CblasRowMajor, CblasTrans, extent(a.rows()), extent(a.columns()), alpha, a.data(),
             leading(a.stride()), x.data(), 1, beta, y.data(), 1);
  };
  if constexpr (std::is_same_v<T, float>) {
    call(cblas_sgemv);
  } else {
    call(cblas_dgemv);
  }
}

template <Real T>
void axpy(T alpha, std::span<const std::type_identity_t<T>> x,
          std::span<std::type_identity_t<T>> y) {
  assert(x.size() == y.size());
  in_pieces(x.size(), [&](std::size_t first, std::size_t count) {
    if constexpr (std::is_same_v<T, float>) {
      cblas_saxpy(extent(count), alpha, x.data() + first, 1, y.data() + first, 1);
    } else {
      cblas_daxpy(extent(count), alpha, x.data() + first, 1, y.data() + first, 1);
    }
  });
}

template <Real T>
void scale(T alpha, std::span<std::type_identity_t<T>> x) {
  in_pieces(x.size(), [&](std::size_t first, std::size_t count) {
    if constexpr (std::is_same_v<T, float>) {
      cblas_sscal(extent(count), alpha, x.data() + first, 1);
    } else {
      cblas_dscal(extent(count), alpha, x.data() + first, 1);
    }
  });
}

template <Real T>
T norm(std::span<const T> x) {
  if (x.size() <= longest) {
    return norm_of_piece(x);
  }
  double whole = 0.0;
  in_pieces(x.size(), [&](std::size_t first, std::size_t count) {
    whole = std::hypot(whole, static_cast<double>(norm_of_piece(x.subspan(first, count))));
  });
  return static_cast<T>(whole);
}

template <Real T>
double ordered_norm(std::span<const T> x) {
  constexpr std::size_t lanes = 16;  // independent sums, so that the compiler may vectorise
  const auto sum_of_squares = [x](double scale) {
    std::array<double, lanes> sums{};
    const auto add = [&](std::size_t i, std::size_t lane) {
      const double value = scale * static_cast<double>(x[i]);
      sums[lane] += value * value;
    };
    const std::size_t whole = x.size() / lanes * lanes;
    for (std::size_t i = 0; i < whole; i += lanes) {
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        add(i + lane, lane);
      }
    }
    for (std::size_t i = whole; i < x.size(); ++i) {
      add(i, i - whole);
    }
    return std::accumulate(sums.begin(), sums.end(), 0.0);
  };
  const double squares = sum_of_squares(1.0);
  if ((squares > 1e-250 && squares < 1e300) || std::isnan(squares)) {
    return std::sqrt(squares);
  }
  double largest = 0.0;
  for (const T value : x) {
    largest = std::max(largest, std::abs(static_cast<double>(value)));
  }
  if (largest == 0.0 || std::isinf(largest)) {
    return largest;
  }
  // A power of two, by which products are exact.
  const double scale = std::ldexp(1.0, std::clamp(-std::ilogb(largest), -1000, 1000));
  return std::sqrt(sum_of_squares(scale)) / scale;
}

#define INFOMAX_INSTANTIATE(T)                                                                  \
  template void gemm<T>(Transpose, Transpose, T, ConstView<T>, ConstView<T>, T, MatrixView<T>); \
  template void syrk<T>(T, ConstView<T>, T, MatrixView<T>);                                     \
  template void symmetrize<T>(MatrixView<T>);                                                   \
  template void gemv_transposed<T>(T, ConstView<T>, std::span<const T>, T, std::span<T>);       \
  template void axpy<T>(T, std::span<const T>, std::span<T>);                                   \
  template void scale<T>(T, std::span<T>);                                                      \
  template T norm<T>(std::span<const T>);                                                       \
  template double ordered_norm<T>(std::span<const T>);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::math

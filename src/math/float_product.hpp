// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/math/blas.hpp"

namespace infomax::math {

/// The product c = op(a) op(b), or what it is added to, of floats.
struct FloatProduct {
  Transpose transpose_a;
  Transpose transpose_b;
  MatrixView<const float> a;
  MatrixView<const float> b;
  bool adds;  ///< whether the product is added to c
  MatrixView<float> c;

  /// The number of products that each element of c sums.
  [[nodiscard]] std::size_t inner() const {
    return transpose_a == Transpose::yes ? a.rows() : a.columns();
  }
};

/// Computes a product by OpenBLAS.
void multiply_by_blas(const FloatProduct& product);

/// Computes a product as products() says.
void multiply_as_chosen(const FloatProduct& product);

}  // namespace infomax::math

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>

/// @file
/// Which arithmetic computes the products of floats.

namespace infomax::math {

/// How gemm() computes products of floats. Those of doubles are always BLAS's.
enum class Products : std::uint8_t {
  blas,     ///< OpenBLAS, in float
  onednn,   ///< oneDNN, in float
  fastest,  ///< whichever of the two was faster at the first products of their shape
  bfloat16  ///< oneDNN; factors are rounded to bfloat16 and their products summed in float
};

/// Chooses how this thread computes its products of floats as long as it lives. A product that the
/// choice gains nothing for, because it is thin or has other factors than 1 and 0, remains BLAS's.
class ProductScope {
 public:
  /// `products` must be one that require_products() accepts.
  explicit ProductScope(Products products);
  ~ProductScope();
  ProductScope(const ProductScope&) = delete;
  ProductScope& operator=(const ProductScope&) = delete;

 private:
  Products before_;
};

/// Returns what this thread's products of floats are computed by.
[[nodiscard]] Products products();

/// Names the library that computes products so, its version and its instructions, such as "bfloat16
/// by oneDNN 2.6.3 (avx512_core_bf16)".
[[nodiscard]] std::string describe(Products products);

/// Throws SystemError where this build, this machine or its processor cannot compute products so,
/// and says what is missing. Loads the library that they need.
void require_products(Products products);

/// Whether the processor multiplies bfloat16 numbers (AVX512-BF16 or AMX-BF16).
[[nodiscard]] bool multiplies_bfloat16();

/// Returns the version of oneDNN, such as "oneDNN 2.6.3", or an empty text where there is none.
[[nodiscard]] std::string onednn_version();

}  // namespace infomax::math

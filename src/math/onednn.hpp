// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "math/float_product.hpp"

/// @file
/// Products by oneDNN. Its library is large and few runs use it, so that it is opened when it is
/// asked for the first time, and the program starts without it. Where a build finds no headers of
/// it, onednn_missing.cpp takes the place of the other files.

namespace infomax::math::onednn {

/// Returns an empty text if the library can be used, else what is missing, as part of a sentence.
[[nodiscard]] std::string missing();

/// The version, such as "oneDNN 2.6.3", or an empty text.
[[nodiscard]] std::string version();

/// The instructions that it uses here, as DNNL_MAX_CPU_ISA names them in small letters, such as
/// "avx512_core_bf16", or an empty text.
[[nodiscard]] std::string instructions();

/// Computes a product in float; returns false, with nothing done, where it cannot.
[[nodiscard]] bool multiply(const FloatProduct& product);

/// Computes a product of the factors rounded to bfloat16 (to nearest, ties to even), summed in
/// float; returns false, with nothing done, where it cannot or where BLAS is as fast.
[[nodiscard]] bool multiply_bfloat16(const FloatProduct& product);

}  // namespace infomax::math::onednn

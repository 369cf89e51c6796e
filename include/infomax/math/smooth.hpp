// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>

#include "infomax/math/blas.hpp"

namespace infomax::math {

/// Smooth relatives of max(0, x) whose derivative is a function of their input: the first two fall
/// and rise again, so that their output does not tell it.
enum class Smooth : std::uint8_t {
  gelu,     ///< x Phi(x), Phi(x) = (1 + erf(x / sqrt(2))) / 2 (Hendrycks and Gimpel 2016)
  silu,     ///< x / (1 + exp(-x)) (Elfwing, Uchibe and Doya 2018)
  softplus  ///< ln(1 + exp(x)), relatively exact also where it is tiny
};

/// Computes y = function(x). All spans [n]; x and y are not the same.
template <Real T>
void smooth(Smooth function, std::span<const T> x, std::span<T> y);

/// Computes dx = dy function'(x). dy and dx may be the same.
template <Real T>
void smooth_gradient(Smooth function, std::span<const T> x, std::span<const T> dy, std::span<T> dx);

}  // namespace infomax::math

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include "infomax/math/blas.hpp"

namespace infomax::math {

/// y = x Phi(x), where Phi(x) = (1 + erf(x / sqrt(2))) / 2 (Hendrycks and Gimpel 2016, without the
/// approximation). All spans [n]; x and y are not the same.
template <Real T>
void gelu(std::span<const T> x, std::span<T> y);

/// dx = dy (Phi(x) + x phi(x)), phi the density of the standard normal. dy and dx may be the same.
template <Real T>
void gelu_gradient(std::span<const T> x, std::span<const T> dy, std::span<T> dx);

}  // namespace infomax::math

// SPDX-License-Identifier: BSD-3-Clause
// GELU, x times the normal distribution function of x, and its derivative.
// Included by kernels_body.hpp only, once for each instruction set, after kernels_map.hpp.

namespace infomax::math {
namespace {

constexpr std::size_t cumulative_chunk = 256;

/// Calls each(first, count, cumulative) for chunks of x, with the normal distribution function of
/// their elements.
template <class T, class Each>
void for_each_normal_cumulative(const T* x, std::size_t n, Each each) {
  constexpr std::size_t chunk = cumulative_chunk;
  constexpr auto root_half = static_cast<T>(0.70710678118654752440);
  alignas(64) T cumulative[chunk];
  for (std::size_t first = 0; first < n; first += chunk) {
    const std::size_t count = n - first < chunk ? n - first : chunk;
    for (std::size_t i = 0; i < count; ++i) {
      cumulative[i] = x[first + i] * root_half;
    }
    map(cumulative, cumulative, count, [](auto v) { return Lanes<T>::erf(v); });
    for (std::size_t i = 0; i < count; ++i) {
      cumulative[i] = T{0.5} * (T{1} + cumulative[i]);
    }
    each(first, count, cumulative);
  }
}

template <class T>
void gelu(const T* x, T* y, std::size_t n) {
  for_each_normal_cumulative(x, n, [&](std::size_t first, std::size_t count, const T* cumulative) {
    for (std::size_t i = 0; i < count; ++i) {
      y[first + i] = x[first + i] * cumulative[i];
    }
  });
}

template <class T>
void gelu_gradient(const T* x, const T* dy, T* dx, std::size_t n) {
  constexpr auto inverse_root = static_cast<T>(0.39894228040143267794);  // 1 / sqrt(2 pi)
  alignas(64) T density[cumulative_chunk] = {};
  for_each_normal_cumulative(x, n, [&](std::size_t first, std::size_t count, const T* cumulative) {
    for (std::size_t i = 0; i < count; ++i) {
      density[i] = T{-0.5} * x[first + i] * x[first + i];
    }
    map(density, density, count, [](auto v) { return Lanes<T>::exp(v); });
    for (std::size_t i = 0; i < count; ++i) {
      dx[first + i] = dy[first + i] * (cumulative[i] + x[first + i] * inverse_root * density[i]);
    }
  });
}

}  // namespace
}  // namespace infomax::math

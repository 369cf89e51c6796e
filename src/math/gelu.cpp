// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/gelu.hpp"

#include <cassert>

#include "math/kernels.hpp"

namespace infomax::math {

template <Real T>
void gelu(std::span<const T> x, std::span<T> y) {
  assert(x.size() == y.size());
  real_kernels<T>().gelu(x.data(), y.data(), y.size());
}

template <Real T>
void gelu_gradient(std::span<const T> x, std::span<const T> dy, std::span<T> dx) {
  assert(x.size() == dx.size() && dy.size() == dx.size());
  real_kernels<T>().gelu_gradient(x.data(), dy.data(), dx.data(), dx.size());
}

#define INFOMAX_INSTANTIATE(T)                             \
  template void gelu<T>(std::span<const T>, std::span<T>); \
  template void gelu_gradient<T>(std::span<const T>, std::span<const T>, std::span<T>);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::math

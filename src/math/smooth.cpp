// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/smooth.hpp"

#include <cassert>

#include "math/kernels.hpp"

namespace infomax::math {

template <Real T>
void smooth(Smooth function, std::span<const T> x, std::span<T> y) {
  assert(x.size() == y.size());
  real_kernels<T>().smooth(function, x.data(), y.data(), y.size());
}

template <Real T>
void smooth_gradient(Smooth function, std::span<const T> x, std::span<const T> dy,
                     std::span<T> dx) {
  assert(x.size() == dx.size() && dy.size() == dx.size());
  real_kernels<T>().smooth_gradient(function, x.data(), dy.data(), dx.data(), dx.size());
}

#define INFOMAX_INSTANTIATE(T)                                       \
  template void smooth<T>(Smooth, std::span<const T>, std::span<T>); \
  template void smooth_gradient<T>(Smooth, std::span<const T>, std::span<const T>, std::span<T>);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::math

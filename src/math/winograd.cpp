// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/winograd.hpp"

#include <array>
#include <cassert>

#include "math/kernels.hpp"

namespace infomax::math {

template <Real T>
void winograd(Winograd transform, std::span<const T* const> in, std::span<T* const> out,
              std::size_t n) {
  assert(in.size() == (transform == Winograd::output_gradient ? 4U : 16U));
  assert(out.size() == (transform == Winograd::output ? 4U : 16U));
  real_kernels<T>().winograd(transform, in.data(), out.data(), n);
}

template <Real T>
void winograd_filter(std::span<const T, 9> g, std::span<T, 16> transformed) {
  constexpr T half{0.5};
  std::array<T, 12> rows;  // G g, [4, 3]
  for (std::size_t j = 0; j < 3; ++j) {
    const T outer = half * (g[j] + g[6 + j]);
    const T middle = half * g[3 + j];
    rows[j] = g[j];
    rows[3 + j] = outer + middle;
    rows[6 + j] = outer - middle;
    rows[9 + j] = g[6 + j];
  }
  for (std::size_t i = 0; i < 4; ++i) {
    const T outer = half * (rows[3 * i] + rows[3 * i + 2]);
    const T middle = half * rows[3 * i + 1];
    transformed[4 * i] = rows[3 * i];
    transformed[4 * i + 1] = outer + middle;
    transformed[4 * i + 2] = outer - middle;
    transformed[4 * i + 3] = rows[3 * i + 2];
  }
}

template <Real T>
void add_winograd_filter_gradient(std::span<const T, 16> transformed, std::span<T, 9> dg) {
  constexpr T half{0.5};
  std::array<T, 12> rows;  // G^T dU, [3, 4]
  for (std::size_t j = 0; j < 4; ++j) {
    const T sum = half * (transformed[4 + j] + transformed[8 + j]);
    rows[j] = transformed[j] + sum;
    rows[4 + j] = half * (transformed[4 + j] - transformed[8 + j]);
    rows[8 + j] = sum + transformed[12 + j];
  }
  for (std::size_t i = 0; i < 3; ++i) {
    const T sum = half * (rows[4 * i + 1] + rows[4 * i + 2]);
    dg[3 * i] += rows[4 * i] + sum;
    dg[3 * i + 1] += half * (rows[4 * i + 1] - rows[4 * i + 2]);
    dg[3 * i + 2] += sum + rows[4 * i + 3];
  }
}

template void winograd<float>(Winograd, std::span<const float* const>, std::span<float* const>,
                              std::size_t);
template void winograd<double>(Winograd, std::span<const double* const>, std::span<double* const>,
                               std::size_t);
template void winograd_filter<float>(std::span<const float, 9>, std::span<float, 16>);
template void winograd_filter<double>(std::span<const double, 9>, std::span<double, 16>);
template void add_winograd_filter_gradient<float>(std::span<const float, 16>, std::span<float, 9>);
template void add_winograd_filter_gradient<double>(std::span<const double, 16>,
                                                   std::span<double, 9>);

}  // namespace infomax::math

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/gates.hpp"

#include <cassert>

#include "math/kernels.hpp"

namespace infomax::math {
namespace {

template <class T>
const T* or_null(std::span<const T> values) {
  return values.empty() ? nullptr : values.data();
}

}  // namespace

template <Real T>
void lstm_step(std::span<T> gates, std::span<const T> previous, std::span<T> c,
               std::span<T> squashed, std::span<T> h) {
  assert(gates.size() == 4 * h.size() && c.size() == h.size() && squashed.size() == h.size());
  real_kernels<T>().lstm_step(gates.data(), or_null(previous), c.data(), squashed.data(), h.data(),
                              h.size());
}

template <Real T>
void lstm_step_gradient(std::span<const T> gates, std::span<const T> previous,
                        std::span<const T> squashed, std::span<const T> dh, std::span<T> dc,
                        std::span<T> dgates) {
  assert(gates.size() == 4 * dh.size() && dgates.size() == gates.size());
  real_kernels<T>().lstm_step_gradient(gates.data(), or_null(previous), squashed.data(), dh.data(),
                                       dc.data(), dgates.data(), dh.size());
}

template <Real T>
void gru_step(std::span<T> gates, std::span<const T> hidden_sums, std::span<const T> previous,
              std::span<T> h) {
  assert(gates.size() == 4 * h.size() && hidden_sums.size() == 3 * h.size());
  real_kernels<T>().gru_step(gates.data(), hidden_sums.data(), or_null(previous), h.data(),
                             h.size());
}

template <Real T>
void gru_step_gradient(std::span<const T> gates, std::span<const T> previous, std::span<T> dh,
                       std::span<T> dgates) {
  assert(gates.size() == 4 * dh.size() && dgates.size() == gates.size());
  real_kernels<T>().gru_step_gradient(gates.data(), or_null(previous), dh.data(), dgates.data(),
                                      dh.size());
}

#define INFOMAX_INSTANTIATE(T)                                                                    \
  template void lstm_step<T>(std::span<T>, std::span<const T>, std::span<T>, std::span<T>,        \
                             std::span<T>);                                                       \
  template void lstm_step_gradient<T>(std::span<const T>, std::span<const T>, std::span<const T>, \
                                      std::span<const T>, std::span<T>, std::span<T>);            \
  template void gru_step<T>(std::span<T>, std::span<const T>, std::span<const T>, std::span<T>);  \
  template void gru_step_gradient<T>(std::span<const T>, std::span<const T>, std::span<T>,        \
                                     std::span<T>);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::math

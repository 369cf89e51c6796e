// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/exponentials.hpp"

#include <cassert>

#include "math/kernels.hpp"

namespace infomax::math {

template <Real T>
T largest(std::span<const T> x) {
  return real_kernels<T>().largest(x.data(), x.size());
}

template <Real T>
double exp_sum(std::span<const T> x, T shift) {
  return real_kernels<T>().exp_sum(x.data(), shift, x.size());
}

template <Real T>
void exp_add(std::span<const T> x, std::span<const T> shifts, std::span<T> sums) {
  assert(shifts.size() == x.size() && sums.size() == x.size());
  real_kernels<T>().exp_add(x.data(), shifts.data(), sums.data(), x.size());
}

template <Real T>
void exp_weights(T weight, T shift, const ExpOfColumns<T>& others, std::span<T> x) {
  assert(others.shifts.empty() || others.shifts.size() == x.size());
  real_kernels<T>().exp_weights(weight, shift, others.weight,
                                others.shifts.empty() ? nullptr : others.shifts.data(), x.data(),
                                x.size());
}

#define INFOMAX_INSTANTIATE(T)                                                    \
  template T largest<T>(std::span<const T>);                                      \
  template double exp_sum<T>(std::span<const T>, T);                              \
  template void exp_add<T>(std::span<const T>, std::span<const T>, std::span<T>); \
  template void exp_weights<T>(T, T, const ExpOfColumns<T>&, std::span<T>);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::math

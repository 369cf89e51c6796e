// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/elementwise.hpp"

#include <cassert>
#include <tuple>

#include "math/kernels.hpp"

namespace infomax::math {
namespace {

const Kernels& choose_kernels() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0) {
    return avx512_kernels;
  }
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) {
    return avx2_kernels;
  }
#endif
  return generic_kernels;
}

}  // namespace

const Kernels& kernels() {
  static const Kernels& chosen = choose_kernels();
  return chosen;
}

template <Real T>
void add_bias_and_activate(Activation activation, std::span<const T> bias, MatrixView<T> z) {
  assert(bias.empty() || bias.size() == z.columns());
  const auto kernel = real_kernels<T>().add_bias_and_activate;
  for (std::size_t i = 0; i < z.rows(); ++i) {
    kernel(activation, bias.data(), z.row(i).data(), z.columns());
  }
}

template <Real T>
void multiply_by_derivative(Activation activation, MatrixView<const T> y, MatrixView<T> dy,
                            std::span<T> sums) {
  assert(y.rows() == dy.rows() && y.columns() == dy.columns());
  assert(sums.empty() || sums.size() == dy.columns());
  const auto add = real_kernels<T>().add;
  const auto kernel = real_kernels<T>().multiply_by_derivative;
  for (std::size_t i = 0; i < y.rows(); ++i) {
    kernel(activation, y.row(i).data(), dy.row(i).data(), y.columns());
    if (!sums.empty()) {
      add(dy.row(i).data(), sums.data(), sums.size());
    }
  }
}

void log(std::span<const double> x, std::span<double> y) {
  assert(x.size() == y.size());
  kernels().log(x.data(), y.data(), x.size());
}

template <class From, Real To>
void shift_and_scale(const From* in, std::span<const double> shift, std::span<const double> scale,
                     std::span<To> out) {
  assert(shift.size() == out.size() && scale.size() == out.size());
  const auto& conversion = kernels().conversion;
  if constexpr (std::is_same_v<To, float>) {
    std::get<ShiftAndScale<From, float>>(conversion.to_float)(in, shift.data(), scale.data(),
                                                              out.data(), out.size());
  } else {
    std::get<ShiftAndScale<From, double>>(conversion.to_double)(in, shift.data(), scale.data(),
                                                                out.data(), out.size());
  }
}

template <Real T>
void locate_cells(std::span<const T> values, std::span<const double> slope,
                  std::span<const double> offset, int cells, std::span<std::int32_t> cell,
                  std::span<double> fraction) {
  assert(slope.size() == values.size() && offset.size() == values.size());
  assert(cell.size() == values.size() && fraction.size() == values.size());
  real_kernels<T>().locate_cells(values.data(), slope.data(), offset.data(), cells, cell.data(),
                                 fraction.data(), values.size());
}

void add_power_sums(std::span<const std::int32_t> cell, std::span<const double> fraction, int cells,
                    std::span<double> table) {
  assert(fraction.size() == cell.size());
  assert(table.size() == 4 * cell.size() * (static_cast<std::size_t>(cells) + 2));
  kernels().add_power_sums(cell.data(), fraction.data(), cells, table.data(), cell.size());
}

template <Real T>
void accumulate(std::span<const T> values, std::span<double> sums) {
  assert(sums.size() == values.size());
  real_kernels<T>().accumulate(values.data(), sums.data(), values.size());
}

template <Real T>
void accumulate_products(std::span<const T> x, std::span<const T> y, std::span<double> sums) {
  assert(x.size() == y.size() && sums.size() == x.size());
  real_kernels<T>().accumulate_products(x.data(), y.data(), sums.data(), x.size());
}

const char* vector_instructions() { return kernels().name; }

#define INFOMAX_INSTANTIATE(T)                                                            \
  template void add_bias_and_activate<T>(Activation, std::span<const T>, MatrixView<T>);  \
  template void multiply_by_derivative<T>(Activation, MatrixView<const T>, MatrixView<T>, \
                                          std::span<T>);                                  \
  template void locate_cells<T>(std::span<const T>, std::span<const double>,              \
                                std::span<const double>, int, std::span<std::int32_t>,    \
                                std::span<double>);                                       \
  template void accumulate<T>(std::span<const T>, std::span<double>);                     \
  template void accumulate_products<T>(std::span<const T>, std::span<const T>, std::span<double>);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

#define INFOMAX_INSTANTIATE(From)                                                        \
  template void shift_and_scale<From, float>(const From*, std::span<const double>,       \
                                             std::span<const double>, std::span<float>); \
  template void shift_and_scale<From, double>(const From*, std::span<const double>,      \
                                              std::span<const double>, std::span<double>);
INFOMAX_INSTANTIATE(std::int8_t)
INFOMAX_INSTANTIATE(std::uint8_t)
INFOMAX_INSTANTIATE(std::int16_t)
INFOMAX_INSTANTIATE(std::uint16_t)
INFOMAX_INSTANTIATE(std::int32_t)
INFOMAX_INSTANTIATE(std::uint32_t)
INFOMAX_INSTANTIATE(std::int64_t)
INFOMAX_INSTANTIATE(std::uint64_t)
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::math

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>

#include "infomax/math/elementwise.hpp"
#include "infomax/math/fixed_point.hpp"
#include "infomax/math/random_rows.hpp"
#include "infomax/math/smooth.hpp"
#include "infomax/math/warp.hpp"
#include "infomax/math/winograd.hpp"

/// The elementwise kernels, one table for each instruction set, all compiled from kernels_body.hpp.
/// Their arguments are raw rows, which elementwise.cpp has checked.
namespace infomax::math {

template <class T>
struct RealKernels {
  void (*add_bias_and_activate)(Activation, const T* bias, T* z, std::size_t n);
  void (*multiply_by_derivative)(Activation, const T* y, T* dy, std::size_t n);
  void (*add)(const T* values, T* sums, std::size_t n);
  void (*locate_cells)(const T* values, const double* slope, const double* offset, int cells,
                       std::int32_t* cell, double* fraction, std::size_t n);
  void (*accumulate)(const T* values, double* sums, std::size_t n);
  void (*accumulate_products)(const T* x, const T* y, double* sums, std::size_t n);
  void (*add_normals)(const RandomRow& row, T deviation, T* values, std::size_t n);
  void (*drop)(const RandomRow& row, std::uint32_t below, T kept, T* values, std::size_t n);
  void (*resample)(const T* padded, std::size_t rows, std::size_t columns, const AffineMap& map,
                   std::size_t row, T* out);
  std::uint64_t (*largest_magnitude)(const T* values, std::size_t n);
  void (*add_to_limbs)(const T* values, double scale, std::size_t limb_count, std::int64_t* limbs,
                       std::size_t n);
  void (*smooth)(Smooth, const T* x, T* y, std::size_t n);
  void (*smooth_gradient)(Smooth, const T* x, const T* dy, T* dx, std::size_t n);
  T (*largest)(const T* x, std::size_t n);
  double (*exp_sum)(const T* x, T shift, std::size_t n);
  void (*exp_add)(const T* x, const T* shifts, T* sums, std::size_t n);
  void (*exp_weights)(T weight, T shift, T column_weight, const T* shifts, T* x, std::size_t n);
  void (*lstm_step)(const T* bias, T* gates, const T* previous, T* c, T* squashed, T* h,
                    std::size_t rows, std::size_t units);
  void (*lstm_step_gradient)(const T* gates, const T* previous, const T* squashed, const T* dh,
                             T* dc, T* dgates, std::size_t rows, std::size_t units);
  void (*gru_step)(const T* input_bias, const T* hidden_bias, T* gates, const T* hidden_sums,
                   const T* previous, T* h, std::size_t rows, std::size_t units);
  void (*gru_step_gradient)(const T* gates, const T* previous, T* dh, T* dgates, std::size_t rows,
                            std::size_t units);
  void (*raise_to_distance)(T from, const T* values, T* distances, std::size_t n);
  void (*winograd)(Winograd, const T* const* in, T* const* out, std::size_t n);
};

template <class From, class To>
using ShiftAndScale = void (*)(const From* in, const double* shift, const double* scale, To* out,
                               std::size_t n);

template <class... From>
struct ConversionKernels {
  std::tuple<ShiftAndScale<From, float>...> to_float;
  std::tuple<ShiftAndScale<From, double>...> to_double;
};

struct Kernels {
  const char* name;
  RealKernels<float> single_precision;
  RealKernels<double> double_precision;
  void (*log)(const double* x, double* y, std::size_t n);
  void (*add_power_sums)(const std::int32_t* cell, const double* fraction, int cells, double* table,
                         std::size_t n);
  void (*to_bfloat16)(const float* x, std::uint16_t* y, std::size_t n);
  ConversionKernels<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t,
                    std::uint32_t, std::int64_t, std::uint64_t, float, double>
      conversion;
};

/// The kernels for this processor, chosen once.
[[nodiscard]] const Kernels& kernels();

template <class T>
[[nodiscard]] const RealKernels<T>& real_kernels() {
  if constexpr (std::is_same_v<T, float>) {
    return kernels().single_precision;
  } else {
    return kernels().double_precision;
  }
}

extern const Kernels generic_kernels;
#if defined(__x86_64__)
extern const Kernels avx2_kernels;
extern const Kernels avx512_kernels;
#endif

}  // namespace infomax::math

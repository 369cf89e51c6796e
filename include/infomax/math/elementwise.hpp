// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"

/// @file
/// Elementwise passes, vectorised for the processor that runs them: AVX-512, AVX2 with FMA, or the
/// target's baseline, chosen once at the start. tanh, exp and log are SLEEF's.

namespace infomax::math {

/// Activation functions whose derivative is a function of their output, so that the backward pass
/// does not need their input.
enum class Activation : std::uint8_t {
  identity,  ///< y = z
  tanh,      ///< y = tanh(z)
  relu,      ///< y = max(0, z)
  sigmoid    ///< y = 1 / (1 + exp(-z))
};

/// Computes z = activation(z + bias) in place; bias [columns], or empty for no bias.
template <Real T>
void add_bias_and_activate(Activation activation, std::span<const T> bias, MatrixView<T> z);

/// Multiplies dy by activation'(z), where y = activation(z). Unless `sums` is empty, then adds the
/// columns of dy to it, which gives the derivative by a bias in the same pass over the rows.
template <Real T>
void multiply_by_derivative(Activation activation, MatrixView<const T> y, MatrixView<T> dy,
                            std::span<T> sums = {});

/// Computes the natural logarithm of positive values; x and y may be the same.
void log(std::span<const double> x, std::span<double> y);

/// Computes out[j] = (in[j] - shift[j]) * scale[j] in double, for the element types of data sets:
/// signed and unsigned integers of 8 to 64 bits, float, double.
template <class From, Real To>
void shift_and_scale(const From* in, std::span<const double> shift, std::span<const double> scale,
                     std::span<To> out);

/// Locates one row's values in the cells of a cubic-spline histogram:
///
///   u = v * slope + offset
///   cell = floor(u), clamped to [0, cells - 1]
///   fraction = u - cell, outside [0, 1] where u is outside [0, cells]
///
/// slope, offset, cell, fraction [n].
template <Real T>
void locate_cells(std::span<const T> values, std::span<const double> slope,
                  std::span<const double> offset, int cells, std::span<std::int32_t> cell,
                  std::span<double> fraction);

/// Adds the powers 1, f, f^2, f^3 of each column's fraction f to the located cell. A value outside
/// the range is counted in one of two extra slots, with f clamped to 0 or 1: slot 0 below the
/// range, slot cells + 1 above it. A NaN makes the powers NaN. cell, fraction [n];
/// table [n, cells + 2, 4].
void add_power_sums(std::span<const std::int32_t> cell, std::span<const double> fraction, int cells,
                    std::span<double> table);

/// Adds values to sums in double. values, sums [n].
template <Real T>
void accumulate(std::span<const T> values, std::span<double> sums);

/// Adds the elementwise product of x and y to sums in double. x, y, sums [n].
template <Real T>
void accumulate_products(std::span<const T> x, std::span<const T> y, std::span<double> sums);

/// The instruction set of the elementwise kernels in use: "avx512", "avx2" or "generic".
[[nodiscard]] const char* vector_instructions();

}  // namespace infomax::math

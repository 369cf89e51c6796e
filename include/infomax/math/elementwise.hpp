// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"

/// Elementwise passes, vectorised for the processor the program runs on (SLEEF's tanh, exp and log;
/// AVX-512, AVX2 with FMA, or what the target always has, chosen once at start).
namespace infomax::math {

/// Each has a derivative that its own output determines, so backward needs no input kept.
enum class Activation : std::uint8_t { identity, tanh, relu, sigmoid };

/// z = activation(z + bias) in place, bias [columns], or empty for none.
template <Real T>
void add_bias_and_activate(Activation activation, std::span<const T> bias, MatrixView<T> z);

/// dy *= activation'(z), where y = activation(z); then sums += the columns of dy, unless `sums` is
/// empty: the derivative by a bias, in the one pass over the rows that there has to be.
template <Real T>
void multiply_by_derivative(Activation activation, MatrixView<const T> y, MatrixView<T> dy,
                            std::span<T> sums = {});

/// Natural logarithm of positive values; x and y may be the same.
void log(std::span<const double> x, std::span<double> y);

/// out[j] = (in[j] - shift[j]) * scale[j], computed in double, for the numeric types that data sets
/// hold: 8 to 64 bit integers of either sign, float, double.
template <class From, Real To>
void shift_and_scale(const From* in, std::span<const double> shift, std::span<const double> scale,
                     std::span<To> out);

/// Cubic-spline cells of one row: u = clamp(v * slope + offset, 0, cells), cell = min(floor(u),
/// cells - 1), fraction = u - cell. Columns outside the range are counted at its ends.
/// slope, offset, cell, fraction [n].
template <Real T>
void locate_cells(std::span<const T> values, std::span<const double> slope,
                  std::span<const double> offset, int cells, std::span<std::int32_t> cell,
                  std::span<double> fraction);

/// Adds one row's powers to its columns' cells: 1, f, f^2, f^3 for a fraction f in [0, 1] of the
/// cell located; values outside the range only count, in the two slots around the cells. Of a NaN
/// the powers are NaN. cell, fraction [n]; table [n, cells + 2, 4], slot 0 below and cells + 1
/// above.
void add_power_sums(std::span<const std::int32_t> cell, std::span<const double> fraction, int cells,
                    std::span<double> table);

/// sums += values, in double. values, sums [n].
template <Real T>
void accumulate(std::span<const T> values, std::span<double> sums);

/// sums += x * y elementwise, multiplied and added in double. x, y, sums [n].
template <Real T>
void accumulate_products(std::span<const T> x, std::span<const T> y, std::span<double> sums);

/// What the elementwise kernels were chosen for: "avx512", "avx2" or "generic".
[[nodiscard]] const char* vector_instructions();

}  // namespace infomax::math

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "infomax/math/blas.hpp"

/// @file
/// The transforms of Winograd's convolution F(2x2, 3x3) (Lavin and Gray 2016, section 4.1), which
/// makes 2 x 2 places of an output from 4 x 4 of the input by 16 products where the sum of the
/// definition has 36:
///
///     Y = A^T [(G g G^T) * (B^T d B)] A
///
/// with * by elements. Each place is a row of n channels, and the transforms treat every channel by
/// itself.

namespace infomax::math {

/// What a transform makes of squares of places.
enum class Winograd : std::uint8_t {
  input,           ///< 16 -> 16, V = B^T d B
  input_gradient,  ///< 16 -> 16, adds dd = B dV B^T to what is there
  output,          ///< 16 -> 4, Y = A^T M A
  output_gradient  ///< 4 -> 16, dM = A dY A^T
};

/// Transforms squares of places, row by row: in[i] and out[j] point to the n channels of a place.
/// Several places of `out` may be the same one only where its values do not matter. No place of
/// `in` is one of `out`.
template <Real T>
void winograd(Winograd transform, std::span<const T* const> in, std::span<T* const> out,
              std::size_t n);

/// Computes G g G^T [4, 4] of a filter g [3, 3], both row by row.
template <Real T>
void winograd_filter(std::span<const T, 9> g, std::span<T, 16> transformed);

/// Adds G^T dU G, the derivative by the filter, to dg [3, 3], given that by its transform [4, 4].
template <Real T>
void add_winograd_filter_gradient(std::span<const T, 16> transformed, std::span<T, 9> dg);

}  // namespace infomax::math

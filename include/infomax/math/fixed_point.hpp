// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>

#include "infomax/math/blas.hpp"

/// @file
/// Integers of several limbs that hold rounded floating-point numbers. Their sums do not depend on
/// the order of the addends.

namespace infomax::math {

inline constexpr int limb_bits = 40;            ///< a limb's unit is 2^-40 of the previous limb's
inline constexpr std::size_t limb_chunk = 128;  ///< number of elements whose limbs are contiguous

/// Returns the largest absolute value; NaN if any value is NaN, 0 if there are no values.
template <Real T>
[[nodiscard]] double largest_magnitude(std::span<const T> values);

/// Adds values * scale to integers of K limbs, each product rounded to the nearest multiple of
/// 2^(-limb_bits (K - 1)). `scale` is a power of two. limbs [K, limb_chunk]; the unit of the first
/// limb is 1; the values belong to the elements from `within` on. Scaled magnitudes must be below
/// 2^(limb_bits - 1); a limb can hold the sum of 2^23 such values.
template <Real T>
void add_to_limbs(std::span<const T> values, double scale, std::span<std::int64_t> limbs,
                  std::size_t within);

}  // namespace infomax::math

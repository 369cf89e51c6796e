// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>

#include "infomax/math/blas.hpp"

/// Integers of several limbs, made of floating-point numbers: the stuff of sums that do not depend
/// on the order of their addends.
namespace infomax::math {

inline constexpr int limb_bits = 40;            ///< a limb counts 2^-40 of the one above
inline constexpr std::size_t limb_chunk = 128;  ///< elements whose limbs lie together

/// The largest absolute value; NaN where one of the values is NaN, 0 where there are none.
template <Real T>
[[nodiscard]] double largest_magnitude(std::span<const T> values);

/// Adds values * scale, `scale` a power of two, each rounded to the nearest multiple of
/// 2^(-limb_bits (K - 1)), to integers of K limbs: limbs [K, limb_chunk], the first limb in units
/// of 1, from element `within` on. Scaled magnitudes are below 2^(limb_bits - 1), of which a limb
/// holds the sum of 2^23.
template <Real T>
void add_to_limbs(std::span<const T> values, double scale, std::span<std::int64_t> limbs,
                  std::size_t within);

}  // namespace infomax::math

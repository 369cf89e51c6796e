// SPDX-License-Identifier: BSD-3-Clause
// Fixed-point sums, which do not depend on the order of their addends.
// Included by kernels_body.hpp only, once for each instruction set.

namespace infomax::math {
namespace {

/// Returns the bits of the largest absolute value. Without the sign bit, the bits of floating-point
/// numbers are ordered as the numbers are, and those of NaN are the largest.
template <class T>
std::uint64_t largest_magnitude(const T* values, std::size_t n) {
  using Bits = std::conditional_t<sizeof(T) == sizeof(float), std::int32_t, std::int64_t>;
  constexpr auto without_sign = static_cast<Bits>(~(std::uint64_t{1} << (8 * sizeof(T) - 1)));
  Bits largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const Bits bits = __builtin_bit_cast(Bits, values[i]) & without_sign;
    largest = bits > largest ? bits : largest;
  }
  return static_cast<std::uint64_t>(largest);
}

template <class T>
void add_to_limbs(const T* values, double scale, std::size_t limb_count, std::int64_t* limbs,
                  std::size_t n) {
  // Adding this to a number below 2^51 leaves the nearest integer in the low bits of the sum.
  constexpr double shifter = 0x1.8p52;
  constexpr auto shifter_bits = __builtin_bit_cast(std::int64_t, shifter);
  constexpr auto limb_radix = static_cast<double>(std::int64_t{1} << limb_bits);
  double rest[limb_chunk];
  for (std::size_t i = 0; i < n; ++i) {
    rest[i] = static_cast<double>(values[i]) * scale;
  }
  for (std::size_t k = 0; k < limb_count; ++k) {
    std::int64_t* const __restrict limb = limbs + k * limb_chunk;
    for (std::size_t i = 0; i < n; ++i) {
      const double shifted = rest[i] + shifter;
      limb[i] += __builtin_bit_cast(std::int64_t, shifted) - shifter_bits;
      rest[i] = (rest[i] - (shifted - shifter)) * limb_radix;
    }
  }
}

}  // namespace
}  // namespace infomax::math

// SPDX-License-Identifier: BSD-3-Clause
// Rounding to bfloat16.
// Included by kernels_body.hpp only, once for each instruction set.

namespace infomax::math {
namespace {

/// The upper half of a float, rounded to nearest with ties to even. A NaN stays one: it gets a bit
/// that rounding cannot carry away.
void to_bfloat16(const float* x, std::uint16_t* y, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, x + i, sizeof bits);
    const std::uint32_t upper = bits >> 16U;
    const std::uint32_t rounded = (bits + 0x7FFFU + (upper & 1U)) >> 16U;
    y[i] = static_cast<std::uint16_t>((bits & 0x7FFFFFFFU) > 0x7F800000U ? upper | 0x40U : rounded);
  }
}

}  // namespace
}  // namespace infomax::math

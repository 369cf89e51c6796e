// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/fixed_point.hpp"

#include <bit>
#include <cassert>

#include "math/kernels.hpp"

namespace infomax::math {

template <Real T>
double largest_magnitude(std::span<const T> values) {
  const std::uint64_t bits = real_kernels<T>().largest_magnitude(values.data(), values.size());
  if constexpr (std::is_same_v<T, float>) {
    return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  } else {
    return std::bit_cast<double>(bits);
  }
}

template <Real T>
void add_to_limbs(std::span<const T> values, double scale, std::span<std::int64_t> limbs,
                  std::size_t within) {
  assert(within + values.size() <= limb_chunk && limbs.size() % limb_chunk == 0);
  real_kernels<T>().add_to_limbs(values.data(), scale, limbs.size() / limb_chunk,
                                 limbs.data() + within, values.size());
}

template double largest_magnitude<float>(std::span<const float>);
template double largest_magnitude<double>(std::span<const double>);
template void add_to_limbs<float>(std::span<const float>, double, std::span<std::int64_t>,
                                  std::size_t);
template void add_to_limbs<double>(std::span<const double>, double, std::span<std::int64_t>,
                                   std::size_t);

}  // namespace infomax::math

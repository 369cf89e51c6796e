// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/random_rows.hpp"

#include <algorithm>
#include <cassert>

#include "math/kernels.hpp"

namespace infomax::math {

template <Real T>
void add_normals(const RandomRow& row, T deviation, std::span<T> values) {
  real_kernels<T>().add_normals(row, deviation, values.data(), values.size());
}

template <Real T>
void drop(const RandomRow& row, double probability, T kept, std::span<T> values) {
  assert(probability >= 0.0 && probability < 1.0);
  const auto below = static_cast<std::uint32_t>(std::min(probability * 0x1p32, 0x1p32 - 1.0));
  real_kernels<T>().drop(row, below, kept, values.data(), values.size());
}

template void add_normals<float>(const RandomRow&, float, std::span<float>);
template void add_normals<double>(const RandomRow&, double, std::span<double>);
template void drop<float>(const RandomRow&, double, float, std::span<float>);
template void drop<double>(const RandomRow&, double, double, std::span<double>);

}  // namespace infomax::math

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/distance.hpp"

#include <cassert>

#include "math/kernels.hpp"

namespace infomax::math {

template <Real T>
void raise_to_distance(T from, std::span<const T> values, std::span<T> distances) {
  assert(values.size() == distances.size());
  real_kernels<T>().raise_to_distance(from, values.data(), distances.data(), values.size());
}

template void raise_to_distance<float>(float, std::span<const float>, std::span<float>);
template void raise_to_distance<double>(double, std::span<const double>, std::span<double>);

}  // namespace infomax::math

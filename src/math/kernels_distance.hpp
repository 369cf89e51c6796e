// SPDX-License-Identifier: BSD-3-Clause
// Distances of numbers.
// Included by kernels_body.hpp only, once for each instruction set.

namespace infomax::math {
namespace {

template <class T>
void raise_to_distance(T from, const T* __restrict values, T* __restrict distances, std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) {
    const T difference = values[j] - from;
    const T distance = difference < T{0} ? -difference : difference;
    distances[j] = distance > distances[j] ? distance : distances[j];
  }
}

}  // namespace
}  // namespace infomax::math

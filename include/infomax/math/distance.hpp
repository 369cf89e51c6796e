// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include "infomax/math/blas.hpp"

namespace infomax::math {

/// Raises each distance to |values_j - from| where that is larger: applied to one column after
/// another, it gives distances of the maximum norm. values, distances [n].
template <Real T>
void raise_to_distance(T from, std::span<const T> values, std::span<T> distances);

}  // namespace infomax::math

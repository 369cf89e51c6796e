// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <limits>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::math {

/// The size of a workspace that LAPACK asks for, of which `Integer` is the type that it counts in:
/// large matrices of small enough dimensions may need more than it can be given, or have LAPACK
/// return a number that overflowed. Throws SystemError then.
template <std::signed_integral Integer>
[[nodiscard]] Integer workspace_size(double size) {
  // The greatest number of 64 bits is no double; one more than it, a power of two, is.
  constexpr Integer half = std::numeric_limits<Integer>::max() / 2 + 1;
  constexpr double most = 2.0 * static_cast<double>(half);
  if (!(size >= 0.0 && size < most)) {
    throw SystemError(fmt::format(
        "a matrix decomposition needs {:.3g} numbers of workspace, more than OpenBLAS can count; "
        "use fewer columns",
        size));
  }
  return static_cast<Integer>(size);
}

}  // namespace infomax::math

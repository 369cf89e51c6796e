// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string_view>

namespace infomax::exporters {

/// A function of C99 and libm that computes a value of one row: it takes the inputs, sizes and
/// constants, and the output last. Arrays do not overlap, but for what is computed in place.
struct CFunction {
  std::string_view name;  ///< without the prefix
  std::string_view text;  ///< its definition
};

/// All that programs may call.
[[nodiscard]] std::span<const CFunction> c_functions();

/// The structure that functions of windows take: the members of CWindow in their order.
[[nodiscard]] std::string_view c_window_text();

}  // namespace infomax::exporters

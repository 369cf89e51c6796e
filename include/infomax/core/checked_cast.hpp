// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include "infomax/core/error.hpp"

namespace infomax {

/// Converts between integer types. Throws SystemError, naming `what`, if the value does not fit.
template <std::integral To, std::integral From>
[[nodiscard]] To checked_cast(From value, std::string_view what) {
  if (!std::in_range<To>(value)) {
    throw SystemError(std::string(what) + " is " + std::to_string(value) +
                      ", which does not fit the integer type that is needed");
  }
  return static_cast<To>(value);
}

}  // namespace infomax

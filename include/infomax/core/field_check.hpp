// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <string>

#include "infomax/core/field_text.hpp"

namespace infomax {

/// What a value must satisfy beyond its type; `expected` completes "it must be ...".
template <class T>
struct Check {
  std::function<bool(const T&)> holds;  ///< empty: any value
  std::string expected;                 ///< such as "a number above 0"
};

/// Finite and greater than `low`.
[[nodiscard]] inline Check<double> above(double low) {
  return {[low](double x) { return std::isfinite(x) && x > low; },
          "a number above " + FieldText<double>::format(low)};
}
/// Finite and not less than `low`.
[[nodiscard]] inline Check<double> at_least(double low) {
  return {[low](double x) { return std::isfinite(x) && x >= low; },
          "a number, " + FieldText<double>::format(low) + " or more"};
}
/// In [low, high).
[[nodiscard]] inline Check<double> from_to_below(double low, double high) {
  return {[low, high](double x) { return x >= low && x < high; },
          "a number from " + FieldText<double>::format(low) + " to below " +
              FieldText<double>::format(high)};
}
/// Neither infinite nor NaN.
[[nodiscard]] inline Check<double> finite() {
  return {[](double x) { return std::isfinite(x); }, "a finite number"};
}
/// Any number but 0.
[[nodiscard]] inline Check<std::size_t> one_or_more() {
  return {[](std::size_t n) { return n > 0; }, "a whole number, 1 or more"};
}
/// Any number; `meaning_of_zero` says what 0 stands for.
[[nodiscard]] inline Check<std::size_t> zero_or_more(const std::string& meaning_of_zero) {
  return {{}, "a whole number, 0 (" + meaning_of_zero + ") or more"};
}
/// In [low, high].
[[nodiscard]] inline Check<std::size_t> whole_from_to(std::size_t low, std::size_t high) {
  return {[low, high](std::size_t n) { return n >= low && n <= high; },
          "a whole number from " + std::to_string(low) + " to " + std::to_string(high)};
}

}  // namespace infomax

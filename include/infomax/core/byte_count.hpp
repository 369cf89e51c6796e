// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "infomax/core/field_text.hpp"

namespace infomax {

/// A number of bytes, as users write it.
struct ByteCount {
  std::size_t bytes = 0;  ///< the number

  /// True if both are the same number.
  friend bool operator==(const ByteCount&, const ByteCount&) = default;
};

}  // namespace infomax

/// A number of bytes, or one of units of 1024 of each other: K, M, G or T, also as KiB or KB.
template <>
struct infomax::FieldText<infomax::ByteCount> {
  static constexpr std::array units{std::pair{'t', 40}, std::pair{'g', 30}, std::pair{'m', 20},
                                    std::pair{'k', 10}};  ///< powers of 2

  /// @{ As FieldText describes it.
  static std::optional<ByteCount> parse(std::string_view text) {
    if (text.size() > 1 && small_letter(text.back()) == 'b') {
      text.remove_suffix(1);
    }
    if (text.size() > 2 && small_letter(text.back()) == 'i') {
      text.remove_suffix(1);
    }
    int power = 0;
    for (const auto& [letter, power_of_unit] : units) {
      if (!text.empty() && small_letter(text.back()) == letter) {
        power = power_of_unit;
        text.remove_suffix(1);
        break;
      }
    }
    const auto number = FieldText<double>::parse(text);
    if (!number || !(*number > 0.0)) {
      return std::nullopt;
    }
    const double bytes = std::ldexp(*number, power);
    return bytes >= 1.0 && bytes <= 0x1p62
               ? std::optional(ByteCount{static_cast<std::size_t>(bytes)})
               : std::nullopt;
  }
  static std::string format(const ByteCount& count) {
    for (const auto& [letter, power] : units) {
      if (count.bytes % (std::size_t{1} << static_cast<unsigned>(power)) == 0) {
        return std::to_string(count.bytes >> static_cast<unsigned>(power)) +
               static_cast<char>(letter - 'a' + 'A');
      }
    }
    return std::to_string(count.bytes);
  }
  static std::string expected() { return "a number of bytes, such as 500M or 2G"; }
  /// @}
};

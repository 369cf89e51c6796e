// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace infomax::importers {

/// Parses a whole field as a number with this decimal sign, a point or a comma, independent of the
/// locale; returns nothing if it is not a number. NaN and infinity are numbers. A number too large
/// for double is infinite, and one too small for double is 0.
[[nodiscard]] std::optional<double> parse_real(std::string_view field, char decimal = '.');

/// Parses a whole field as an integer; returns nothing if it is not an integer or does not fit.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view field);

/// Quotes a field for a message, in one line and shortened.
[[nodiscard]] std::string in_quotes(std::string_view field);

}  // namespace infomax::importers

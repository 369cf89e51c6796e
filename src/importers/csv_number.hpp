// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace infomax::importers {

/// The number that a field is as a whole, with a point for decimals whatever the locale; none where
/// it is something else. NaN and infinity count as numbers; what is too large for double does not,
/// and what is too small for it is 0.
[[nodiscard]] std::optional<double> parse_real(std::string_view field);

/// None also where it does not fit.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view field);

/// A field as messages quote it: in one line, and not longer than is useful.
[[nodiscard]] std::string in_quotes(std::string_view field);

}  // namespace infomax::importers

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include "core/json.hpp"

namespace infomax::report {

/// Rounds to this many significant digits. A page has no more digits than a picture shows, so that
/// it stays small.
[[nodiscard]] double rounded(double value, int digits);

/// The same for every value of a list.
[[nodiscard]] Json rounded_list(std::span<const double> values, int digits);

}  // namespace infomax::report

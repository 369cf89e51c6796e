// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include <nlohmann/json.hpp>

namespace infomax::cli {

/// To so many significant digits: no more than a picture can show, so that a page stays small.
[[nodiscard]] double rounded(double value, int digits);

[[nodiscard]] nlohmann::ordered_json rounded_list(std::span<const double> values, int digits);

}  // namespace infomax::cli

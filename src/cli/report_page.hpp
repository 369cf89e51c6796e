// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace infomax::cli {

/// A page of HTML that needs nothing but itself: style, scripts, the chart library and `content`,
/// which its scripts draw. Whatever texts `content` holds are shown as they are, never run.
[[nodiscard]] std::string report_page(const nlohmann::ordered_json& content);

}  // namespace infomax::cli

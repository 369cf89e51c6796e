// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace infomax {

/// Objects keep the order in which their members were written.
using Json = nlohmann::ordered_json;

// Reading and writing are compiled once, here: they are most of nlohmann/json's code.

/// Throws Json::parse_error where `text` is not JSON.
[[nodiscard]] Json parse_json(std::string_view text);

/// Null where `text` is not JSON.
[[nodiscard]] Json json_or_null(std::string_view text);

/// In one line. Bytes that are not UTF-8, which names and texts of files may hold, become U+FFFD.
[[nodiscard]] std::string json_text(const Json& json);

}  // namespace infomax

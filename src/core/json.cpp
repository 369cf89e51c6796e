// SPDX-License-Identifier: BSD-3-Clause
#include "core/json.hpp"

namespace infomax {

Json parse_json(std::string_view text) { return Json::parse(text); }

Json json_or_null(std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  return json.is_discarded() ? Json() : json;
}

std::string json_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace infomax

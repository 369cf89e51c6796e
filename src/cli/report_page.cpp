// SPDX-License-Identifier: BSD-3-Clause
#include "cli/report_page.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "cli/report_assets.hpp"
#include "infomax/core/error.hpp"

namespace infomax::cli {
namespace {

/// JSON that ends no script element and starts none, wherever its texts come from.
std::string for_script(const nlohmann::ordered_json& content) {
  const std::string json =
      content.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::string safe;
  safe.reserve(json.size());
  for (const char letter : json) {
    switch (letter) {
      case '<':
        safe += "\\u003c";
        break;
      case '>':
        safe += "\\u003e";
        break;
      case '&':
        safe += "\\u0026";
        break;
      default:
        safe += letter;
    }
  }
  return safe;
}

}  // namespace

std::string report_page(const nlohmann::ordered_json& content) {
  const std::string json = for_script(content);
  // In the order of the page, so that what is filled in is never looked at again.
  const std::array<std::pair<std::string_view, std::string_view>, 4> parts{{
      {"/* page.css */", assets::page_css},
      {"{{content}}", json},
      {"/* chart.js */", assets::chart_js},
      {"/* page.js */", assets::page_js},
  }};
  std::string page;
  std::string_view rest = assets::page_html;
  for (const auto& [place, text] : parts) {
    const std::size_t at = rest.find(place);
    if (at == std::string_view::npos) {
      throw SystemError(fmt::format("the page's frame lacks its place for {}", place));
    }
    page += rest.substr(0, at);
    page += text;
    rest.remove_prefix(at + place.size());
  }
  page += rest;
  return page;
}

}  // namespace infomax::cli

// SPDX-License-Identifier: BSD-3-Clause
#include "report/page.hpp"

#include <array>
#include <ctime>
#include <string_view>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/json.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/version.hpp"
#include "report/assets.hpp"

namespace infomax::report {
namespace {

/// The content as JSON that neither ends nor starts a script element, whatever its texts hold.
std::string for_script(const Json& content) {
  const std::string json = json_text(content);
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

Json new_page() {
  return {{"format", "infomax-report"},
          {"version", 1},
          {"program", version},
          {"made", fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr)))}};
}

std::string make_page(const Json& content) {
  const std::string json = for_script(content);
  // In the order of the page, so that inserted text is never searched for placeholders.
  const std::array<std::pair<std::string_view, std::string_view>, 4> insertions{{
      {"/* page.css */", assets::page_css},
      {"{{content}}", json},
      {"/* chart.js */", assets::chart_js},
      {"/* page.js */", assets::page_js},
  }};
  std::string page;
  std::string_view rest = assets::page_html;
  for (const auto& [placeholder, text] : insertions) {
    const std::size_t at = rest.find(placeholder);
    if (at == std::string_view::npos) {
      throw SystemError(fmt::format("the page's template has no placeholder {}", placeholder));
    }
    page += rest.substr(0, at);
    page += text;
    rest.remove_prefix(at + placeholder.size());
  }
  page += rest;
  return page;
}

}  // namespace infomax::report

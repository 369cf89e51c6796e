// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

/// Files that are part of the program: src/cli/report and the chart library, embedded by CMake.
namespace infomax::cli::assets {

extern const std::string_view page_html;
extern const std::string_view page_css;
extern const std::string_view page_js;
extern const std::string_view chart_js;

}  // namespace infomax::cli::assets

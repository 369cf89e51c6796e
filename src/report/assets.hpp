// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

/// Files that CMake embeds into the library: those of src/report/page and the chart library.
namespace infomax::report::assets {

extern const std::string_view page_html;
extern const std::string_view page_css;
extern const std::string_view page_js;
extern const std::string_view chart_js;

}  // namespace infomax::report::assets

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "core/json.hpp"

namespace infomax::report {

/// What every page says of itself: its format, the program's version and the time.
[[nodiscard]] Json new_page();

/// An HTML page that contains everything it needs: style, scripts, the chart library and `content`,
/// which its scripts draw. Texts in `content` are shown as they are and never executed.
[[nodiscard]] std::string make_page(const Json& content);

}  // namespace infomax::report

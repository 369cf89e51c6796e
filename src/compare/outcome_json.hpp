// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "compare/search.hpp"
#include "core/json.hpp"

namespace infomax::compare {

/// A search with its results, the best trial first. `command` trains as the best trial does, on all
/// rows.
[[nodiscard]] Json to_json(const Plan& plan, const Found& found, int ranks,
                           const std::string& command);

}  // namespace infomax::compare

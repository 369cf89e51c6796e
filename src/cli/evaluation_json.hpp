// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <nlohmann/json.hpp>

#include "infomax/analysis/evaluation.hpp"

namespace infomax::cli {

/// What `evaluate --json` says: a name and a number, or a list that is not empty, each.
[[nodiscard]] nlohmann::ordered_json to_json(const analysis::Evaluation& evaluation, int ranks);

}  // namespace infomax::cli

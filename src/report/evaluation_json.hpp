// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/json.hpp"
#include "infomax/analysis/evaluation.hpp"

namespace infomax::report {

/// The object that `evaluate --json` prints: numbers, and lists that are not empty, by name.
[[nodiscard]] Json to_json(const analysis::Evaluation& evaluation, int ranks);

}  // namespace infomax::report

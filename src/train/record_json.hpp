// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "infomax/train/step.hpp"

// Reports in a checkpoint's record, which keeps every bit of every number.
namespace infomax::train {

[[nodiscard]] nlohmann::json to_json(const StepReport& report);

/// Throws nlohmann::json's exceptions where a field is missing.
[[nodiscard]] StepReport report_from(const nlohmann::json& json);

}  // namespace infomax::train

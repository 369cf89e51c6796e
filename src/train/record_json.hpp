// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/json.hpp"
#include "infomax/train/step.hpp"

// Reports in a checkpoint's record, which keeps every bit of every number.
namespace infomax::train {

[[nodiscard]] Json to_json(const StepReport& report);

/// Throws Json's exceptions where a field is missing.
[[nodiscard]] StepReport report_from(const Json& json);

}  // namespace infomax::train

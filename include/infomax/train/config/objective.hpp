// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/core/field.hpp"
#include "infomax/objective/options.hpp"

namespace infomax::train {

/// What is maximised. Objectives describe their options themselves, so this part of the
/// configuration has no table of its own.
struct ObjectiveConfig {
  objective::ObjectiveOptions objective;

  [[nodiscard]] const objective::ObjectiveOptions& objective_options() const { return objective; }
};

[[nodiscard]] FieldTable<ObjectiveConfig> objective_fields();

}  // namespace infomax::train

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/core/field.hpp"
#include "infomax/objective/options.hpp"

namespace infomax::train {

/// What is maximised. Objectives describe their options themselves, so this part of the
/// configuration has no table of its own.
struct ObjectiveConfig {
  objective::ObjectiveOptions objective;  ///< its name and all objectives' options

  /// The objective's name and options, for code where `objective` is the namespace.
  [[nodiscard]] const objective::ObjectiveOptions& objective_options() const { return objective; }
};

/// The fields of all objectives, made from their descriptions.
[[nodiscard]] FieldTable<ObjectiveConfig> objective_fields();

}  // namespace infomax::train

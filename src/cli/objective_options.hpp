// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "cli/option_table.hpp"
#include "infomax/objective/options.hpp"

namespace infomax::cli {

/// Adds the options that choose the objective and its constants.
void add_objective_options(OptionTable& options);

/// What they came to. Throws UsageError.
[[nodiscard]] objective::ObjectiveOptions objective_options(const OptionTable& options);

}  // namespace infomax::cli

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "cli/option_table.hpp"

namespace infomax::cli {

/// Warns of typed options that the chosen objective, optimiser or schedule takes no notice of.
/// Those that steer other optimisers' steps are refused with lbfgs, by UsageError, for their users
/// expect something of them; it is said once where a configuration file brings one along that is
/// not at its default.
void check_unused_options(const OptionTable& options);

}  // namespace infomax::cli

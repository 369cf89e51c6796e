#pragma once

#include "cli/option_table.hpp"

namespace infomax::cli {

/// Throws UsageError where an option is typed that the chosen optimiser takes no notice of; says so
/// once where a configuration file brings one along that is not at its default.
void check_unused_options(const OptionTable& options);

}  // namespace infomax::cli

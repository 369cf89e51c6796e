// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "compare/search.hpp"

namespace infomax::cli {

/// The trials in a table, the best first, with what the numbers mean.
[[nodiscard]] std::string compare_table(const compare::Plan& plan, const compare::Found& found,
                                        const std::string& command);

/// "5 stratified folds of 1000 rows, 2 seeds"
[[nodiscard]] std::string describe_folds(const compare::Plan& plan, const compare::Found& found);

}  // namespace infomax::cli

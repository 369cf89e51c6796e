// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "core/json.hpp"
#include "report/run.hpp"

namespace infomax::report {

/// The entries of a page about several runs, each as RunRecord::page has it: what is shown of each
/// run, and the settings in which they differ, a list of {name, values}, where a run without a
/// setting has null. Where runs were written or read is no such setting.
[[nodiscard]] Json compare(const std::vector<RunRecord>& runs);

}  // namespace infomax::report

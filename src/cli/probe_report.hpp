// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "infomax/analysis/probe.hpp"
#include "report/probe_json.hpp"

namespace infomax::cli {

/// The report as a table.
[[nodiscard]] std::string probe_table(const report::ProbeFacts& facts,
                                      const analysis::ClassProbe& probe);
[[nodiscard]] std::string probe_table(const report::ProbeFacts& facts,
                                      const analysis::ValueProbe& probe);

}  // namespace infomax::cli

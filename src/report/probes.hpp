// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "core/json.hpp"

namespace infomax::report {

/// Called on one rank. What `infomax probe --json` wrote to files of a run directory that are named
/// probe.json, probe-test.json or the like: a list of {file, results}, by name. A file that holds
/// something else is left out with a warning.
[[nodiscard]] Json read_probes(const std::string& directory);

}  // namespace infomax::report

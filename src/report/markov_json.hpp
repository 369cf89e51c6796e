// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/json.hpp"
#include "infomax/analysis/markov.hpp"

namespace infomax::report {

/// What `infomax markov --json` prints of a model. Infinite timescales are null.
[[nodiscard]] Json to_json(const analysis::MarkovAnalysis& found);

}  // namespace infomax::report

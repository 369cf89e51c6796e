// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "infomax/analysis/markov.hpp"

namespace infomax::cli {

/// Implied timescales, the matrix and the Chapman-Kolmogorov test as tables of text.
[[nodiscard]] std::string markov_tables(const analysis::MarkovAnalysis& found);

}  // namespace infomax::cli

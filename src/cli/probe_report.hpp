// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "infomax/analysis/probe.hpp"

namespace infomax::cli {

/// What a probe was of, for its report.
struct ProbeFacts {
  std::string features;  ///< what is probed, in words
  std::size_t columns = 0;
  std::size_t train_rows = 0;
  std::size_t test_rows = 0;
  int ranks = 1;
  double seconds = 0.0;
  analysis::ProbeOptions options;
  std::vector<std::string> class_names{};  ///< where the training file says them
};

[[nodiscard]] std::string probe_json(const ProbeFacts& facts, const analysis::ClassProbe& probe);
[[nodiscard]] std::string probe_json(const ProbeFacts& facts, const analysis::ValueProbe& probe);

/// For people.
[[nodiscard]] std::string probe_table(const ProbeFacts& facts, const analysis::ClassProbe& probe);
[[nodiscard]] std::string probe_table(const ProbeFacts& facts, const analysis::ValueProbe& probe);

}  // namespace infomax::cli

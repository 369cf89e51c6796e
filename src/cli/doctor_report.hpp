// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "infomax/measure/rates.hpp"
#include "infomax/measure/traps.hpp"

namespace infomax::cli {

/// A sum over all ranks, measured.
struct Allreduce {
  std::size_t bytes = 0;
  measure::Spread seconds;
};

/// All that `doctor` finds out.
struct Findings {
  measure::JobFacts job;
  bool sums_in_memory = false;  ///< and not by messages
  std::vector<Allreduce> allreduces;
  std::optional<measure::StorageRates> storage;
  std::string storage_failure;  ///< where there are no rates
  std::vector<measure::Trap> traps;
};

[[nodiscard]] nlohmann::ordered_json to_json(const Findings& findings);

/// Lines for people, the traps last.
[[nodiscard]] std::string to_text(const Findings& findings);

}  // namespace infomax::cli

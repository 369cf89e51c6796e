// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bench/synthetic.hpp"
#include "cli/option_table.hpp"
#include "infomax/measure/timing.hpp"

namespace infomax::cli {

/// One case of a benchmark: an encoder and a batch size.
struct BenchCase {
  std::string encoder;
  bool weak = false;           ///< whether the batch size was given for each rank
  std::size_t batch_rows = 0;  ///< global rows of a step
};

[[nodiscard]] OptionTable bench_option_table();

/// Every encoder with every batch size. Throws UsageError.
[[nodiscard]] std::vector<BenchCase> bench_cases(const OptionTable& options, int ranks);

[[nodiscard]] bench::SyntheticData synthetic_data(const OptionTable& options);

[[nodiscard]] measure::Pace bench_pace(const OptionTable& options);

}  // namespace infomax::cli

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/option_table.hpp"
#include "infomax/hdf5/element_type.hpp"
#include "infomax/measure/timing.hpp"

namespace infomax::cli {

/// One line of a benchmark: a network at a batch.
struct BenchCase {
  std::string encoder;
  bool weak = false;           ///< rows are given for each rank, not for all together
  std::size_t batch_rows = 0;  ///< global
};

/// What `bench` makes its data of.
struct SyntheticData {
  std::vector<std::size_t> shape;  ///< of a row of x
  std::size_t columns_y = 0;       ///< of the second view or the targets; 0 = by the pair
  hdf5::ElementType element = hdf5::ElementType::u8;
  std::size_t rows = 0;  ///< 0 = four batches
};

[[nodiscard]] OptionTable bench_option_table();

/// Every encoder at every batch. Throws UsageError.
[[nodiscard]] std::vector<BenchCase> bench_cases(const OptionTable& options, int ranks);

[[nodiscard]] SyntheticData synthetic_data(const OptionTable& options);

[[nodiscard]] measure::Pace bench_pace(const OptionTable& options);

}  // namespace infomax::cli

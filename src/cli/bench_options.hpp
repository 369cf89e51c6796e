// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/option_table.hpp"
#include "infomax/hdf5/element_type.hpp"
#include "infomax/measure/timing.hpp"
#include "infomax/train/config.hpp"

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

/// The options of `bench`: its own, and those of `train` that say what a step is.
struct BenchConfig {
  std::string batch;           ///< list of global rows a step
  std::string batch_per_rank;  ///< list of rows a step of each rank
  std::size_t repeats = 5;
  double repeat_seconds = 0.5;
  std::string output;  ///< file; empty: standard output
  bool overwrite = false;
  std::string features = "784";           ///< D, or HxW
  std::optional<std::size_t> features_y;  ///< unset: by the pair
  std::string element = "u8";
  std::optional<std::size_t> rows;  ///< unset: four batches
  train::Config train;
};

[[nodiscard]] const FieldTable<BenchConfig>& bench_fields();

[[nodiscard]] OptionTable bench_option_table();

/// Every encoder at every batch. Throws UsageError.
[[nodiscard]] std::vector<BenchCase> bench_cases(const BenchConfig& config, int ranks);

[[nodiscard]] SyntheticData synthetic_data(const BenchConfig& config);

[[nodiscard]] measure::Pace bench_pace(const BenchConfig& config);

}  // namespace infomax::cli

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "bench/synthetic.hpp"
#include "infomax/core/field_list.hpp"
#include "infomax/hdf5/element_type.hpp"
#include "infomax/measure/timing.hpp"
#include "infomax/train/config.hpp"

namespace infomax::cli {

/// One case of a benchmark: an encoder and a batch size.
struct BenchCase {
  std::string encoder;
  bool weak = false;           ///< whether the batch size was given for each rank
  std::size_t batch_rows = 0;  ///< global rows of a step
};

/// The options of `bench`: its own, and those of `train` that say what a step is.
struct BenchConfig {
  std::optional<std::vector<std::size_t>> batch;           ///< global rows a step
  std::optional<std::vector<std::size_t>> batch_per_rank;  ///< rows a step of each rank
  std::size_t repeats = 5;
  double repeat_seconds = 0.5;
  std::string output;  ///< file; empty: standard output
  bool overwrite = false;
  std::string features = "784";           ///< D, or HxW
  std::optional<std::size_t> features_y;  ///< unset: by the pair
  hdf5::ElementType element = hdf5::ElementType::u8;
  std::optional<std::size_t> rows;  ///< unset: four batches
  train::Config train;
};

[[nodiscard]] const FieldTable<BenchConfig>& bench_fields();

/// Every encoder at every batch. Throws UsageError.
[[nodiscard]] std::vector<BenchCase> bench_cases(const BenchConfig& config, int ranks);

[[nodiscard]] bench::SyntheticData synthetic_data(const BenchConfig& config);

[[nodiscard]] measure::Pace bench_pace(const BenchConfig& config);

}  // namespace infomax::cli

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include "cli/bench_options.hpp"
#include "infomax/measure/timing.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/config.hpp"

namespace infomax::cli {

/// A share of the time of all ranks: of all repeats together, and how repeats differ.
struct Share {
  double total = 0.0;
  measure::Spread spread;
};

/// What a case measured; the same on every rank.
struct BenchResult {
  std::size_t parameters = 0;
  std::size_t steps_per_repeat = 0;
  double batch_rows = 0.0;  ///< global, mean over the steps
  double gemm_flops = 0.0;  ///< of a step's matrix products, all ranks together
  measure::Spread samples_per_s;
  measure::Spread step_s;
  measure::Spread gemm_s;      ///< of a step's matrix products alone, all ranks at once
  measure::Spread gemm_share;  ///< gemm_s / step_s, repeat by repeat
  Share input;
  Share compute;
  Share reduce;                   ///< in collectives, without ...
  Share wait;                     ///< ... what a rank spent there while others were still at work
  double gradient_bytes = 0.0;    ///< that a rank gives to reductions in a backward pass, and
  double statistics_bytes = 0.0;  ///< ... before it, mean over the steps
  std::size_t peak_bytes = 0;     ///< most memory of the rank that held most, and ...
  std::size_t least_peak_bytes = 0;  ///< ... of the one that held least
};

/// Collective. Measures steps of one case on data made for it. Throws UsageError where the case is
/// impossible, NumericError where training on it is.
[[nodiscard]] BenchResult run_case(const mpi::Communicator& communicator,
                                   const train::Config& config, const SyntheticData& data,
                                   const measure::Pace& pace, const BenchCase& wanted);

}  // namespace infomax::cli

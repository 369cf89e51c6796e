// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/steps.hpp"
#include "bench/synthetic.hpp"
#include "cli/bench_options.hpp"
#include "infomax/measure/timing.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/config.hpp"

namespace infomax::cli {

/// Collective. Makes the data and the training of one case and measures its steps. Throws
/// UsageError if the options do not fit the case, NumericError if its training diverges.
[[nodiscard]] bench::Result run_case(const mpi::Communicator& communicator,
                                     const train::Config& config, const bench::SyntheticData& data,
                                     const measure::Pace& pace, const BenchCase& wanted);

}  // namespace infomax::cli

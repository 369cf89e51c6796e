// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "cli/bench_options.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/setup.hpp"

namespace infomax::cli {

/// This rank's part of made-up rows for a case, under a preprocessing of mean 0 and variance 1.
/// Rows are a function of their place alone, not of the number of ranks. Throws UsageError where
/// the options do not fit each other. Sets config.image where images are needed.
[[nodiscard]] train::TrainingData make_synthetic(const mpi::Communicator& communicator,
                                                 const SyntheticData& data, train::Config& config,
                                                 std::size_t batch_rows);

}  // namespace infomax::cli

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "cli/option_table.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/mpi/placement.hpp"

namespace infomax::cli {

/// Adds --threads, for commands that compute.
void add_compute_options(OptionTable& options);

/// Collective. Gives BLAS the threads this rank may use: --threads, else what the user's
/// environment says, else its part of the cores.
mpi::Placement choose_threads(const mpi::Communicator& communicator, const OptionTable& options);

/// Collective. choose_threads(), and describes what the job runs on in a few
/// lines: ranks, cores, threads, library versions. Warns where ranks share a core.
[[nodiscard]] std::string prepare_compute(const mpi::Communicator& communicator,
                                          const OptionTable& options);

/// On rank 0 alone: writes a result to standard output. Throws SystemError.
void print_result(const mpi::Communicator& communicator, const std::string& text);

/// Throws UsageError where the file is there and is not to be replaced.
void refuse_existing(const std::string& output, bool overwrite);

}  // namespace infomax::cli

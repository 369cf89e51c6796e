// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <initializer_list>
#include <string>

#include "infomax/measure/threads.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/mpi/placement.hpp"

namespace infomax::cli {

/// Collective. Warns where ranks share a core, and describes what the job runs on in a few lines:
/// ranks, cores, threads, library versions.
[[nodiscard]] std::string describe_machine(const mpi::Communicator& communicator,
                                           const mpi::Placement& placement);

/// Collective. Gives BLAS its threads and describes the machine.
std::string prepare_compute(const mpi::Communicator& communicator,
                            const measure::ThreadOptions& options);

/// Writes a result to standard output, on rank 0 alone. Throws SystemError.
void print_result(const mpi::Communicator& communicator, const std::string& text);

/// Throws UsageError where the file exists and `overwrite` is false, and where it is something else
/// than a file, such as a device, which a file would take the place of.
void refuse_existing(const std::string& output, bool overwrite);

/// Throws UsageError where the output is a file that the command reads. Of a directory, that is the
/// model in it.
void refuse_input(const std::string& output, std::initializer_list<std::string> inputs);

}  // namespace infomax::cli

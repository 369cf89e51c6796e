// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "infomax/measure/traps.hpp"

namespace infomax::measure {

/// Whether sgemm_child() started this program. If so, main() must return run_sgemm_child() before
/// it does anything else, such as start MPI.
[[nodiscard]] bool is_sgemm_child(const std::vector<std::string>& arguments);

/// Prints the name of the BLAS kernel and its sgemm rate on one thread.
int run_sgemm_child();

/// The rate of another BLAS kernel. OpenBLAS chooses its kernel once, when the program starts, so
/// this starts the running program again on one thread, with OPENBLAS_CORETYPE set to `core_type`,
/// or unset if that is empty. Returns nothing if that fails. Only for programs whose main() calls
/// is_sgemm_child().
[[nodiscard]] std::optional<KernelRate> sgemm_child(const std::string& core_type);

}  // namespace infomax::measure

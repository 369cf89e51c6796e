// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "infomax/measure/traps.hpp"

namespace infomax::cli {

/// Whether the program was started as sgemm_child() starts it; then it is to return
/// run_sgemm_child() before anything else, MPI among it.
[[nodiscard]] bool is_sgemm_child(const std::vector<std::string>& arguments);

/// Prints the name of the BLAS kernel and its sgemm rate on one thread.
int run_sgemm_child();

/// OpenBLAS chooses its kernel once, as the program starts: what another one reaches is found by
/// this program started again on one thread, with OPENBLAS_CORETYPE set to `core_type`, or unset
/// where that is empty. Nothing where that fails.
[[nodiscard]] std::optional<measure::KernelRate> sgemm_child(const std::string& core_type);

}  // namespace infomax::cli

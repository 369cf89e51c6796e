// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/analysis/probe.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::analysis {

/// Whether the rows of both sets (`test` may be null) are so few, up to 1 MiB, that a rank is
/// sooner done with all of them than with waiting for others after each sum.
[[nodiscard]] bool are_few(const ProbeRows& train, const ProbeRows* test);

/// Collective. The rows of all ranks on every rank.
[[nodiscard]] ProbeRows gather_rows(const mpi::Communicator& communicator, const ProbeRows& rows);

}  // namespace infomax::analysis

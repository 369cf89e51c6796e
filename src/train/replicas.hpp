// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include "infomax/mpi/communicator.hpp"

namespace infomax::train {

/// Collective. Every rank passes a checksum of what must be equal on all of them. Throws a
/// SystemError on every rank, which names the ranks that differ from the majority.
void require_equal_replicas(const mpi::Communicator& communicator, std::uint64_t checksum,
                            std::uint64_t step);

}  // namespace infomax::train

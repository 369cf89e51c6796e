// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include "infomax/mpi/communicator.hpp"

namespace infomax::train {

/// Collective. Every rank passes a checksum of what must be the same on all of them. Throws a
/// SystemError, on every rank alike, that names those which differ from most others.
void require_equal_replicas(const mpi::Communicator& communicator, std::uint64_t checksum,
                            std::uint64_t step);

}  // namespace infomax::train

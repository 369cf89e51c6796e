// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include "infomax/math/blas.hpp"
#include "infomax/model/pass_memory.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/config.hpp"
#include "infomax/train/memory_use.hpp"
#include "infomax/train/setup.hpp"

// What a training will hold, before it allocates it.
namespace infomax::train {

/// The memory of this rank for a training on `data` with these networks. `starts` is as Setup takes
/// it. MemoryUse::process stays 0.
template <math::Real T>
[[nodiscard]] MemoryUse plan_memory(const mpi::Communicator& communicator, const Config& config,
                                    const TrainingData& data,
                                    const model::NetworksByRole<T>& networks, bool starts);

/// The bytes of all rows that this rank holds.
[[nodiscard]] std::size_t row_bytes(const TrainingData& data);

/// Collective. Throws an Error of ExitCode::system where a training needs more memory than there
/// is, which names rows and columns.
void require_memory_for(const mpi::Communicator& communicator, const Config& config,
                        const TrainingData& data, const MemoryUse& use);

}  // namespace infomax::train

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include "infomax/objective/linear_solution.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/stats/moment_memory.hpp"

/// @file
/// What objectives and linear solutions hold, before anything is allocated.

namespace infomax::objective {

/// The memory that an objective takes for batches of this extent on a rank: sums over the batch,
/// their messages, decompositions and derivatives; not the rows, and not the gradients by them.
[[nodiscard]] stats::MemoryUse objective_memory(const ObjectiveOptions& options,
                                                const stats::BatchExtent& batch);

/// The same of solve_linear() for all rows, with so many outputs.
[[nodiscard]] stats::MemoryUse linear_memory(LinearForm form, const stats::BatchExtent& rows,
                                             std::size_t outputs_a, std::size_t outputs_b);

/// Whether the moments of this objective have matrices of all columns of a side, and which side's
/// are largest: for messages. 0 where there are none.
[[nodiscard]] std::size_t covariance_columns(const ObjectiveOptions& options,
                                             const stats::BatchExtent& batch);

}  // namespace infomax::objective

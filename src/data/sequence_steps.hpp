// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "infomax/data/datasets.hpp"
#include "infomax/data/rows.hpp"
#include "infomax/mpi/communicator.hpp"

// How many steps sequences have, by the data sets that say it.
namespace infomax::data {

/// What lengths or offsets say of all sequences.
struct StepCounts {
  std::size_t longest = 0;  ///< of one sequence
  std::size_t total = 0;    ///< of all together
};

/// Throws DataError unless a data set may hold lengths or offsets: one integer a row.
void require_step_numbers(const DatasetShape& shape);

/// Collective. Of `numbers`, this rank's part of the lengths of sequences of at most `steps` steps.
/// Throws DataError, the same on every rank, which names the first length that is below 0 or above.
[[nodiscard]] StepCounts count_steps(const mpi::Communicator& communicator, const Rows& numbers,
                                     std::size_t steps, const DatasetShape& sequences);

/// Collective. The same of this rank's part of offsets, with the one after it. `steps` is that of
/// all sequences together. Throws DataError, the same on every rank, which names the first offset
/// that is below the one before it, below 0 or above `steps`, or where the first is not 0 or the
/// last not `steps`.
[[nodiscard]] StepCounts count_offsets(const mpi::Communicator& communicator, const Rows& numbers,
                                       std::size_t count, const DatasetShape& sequences);

/// The numbers of lengths or offsets, which have been checked.
[[nodiscard]] std::vector<std::size_t> step_numbers(const Rows& numbers);

/// The steps of each padded row up to the last one that has an element other than `padding`.
[[nodiscard]] std::vector<std::uint32_t> unpadded_lengths(const Rows& padded, double padding);

}  // namespace infomax::data

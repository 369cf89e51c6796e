// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include "infomax/core/field.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/mpi/placement.hpp"

namespace infomax::measure {

/// How many threads the ranks compute with.
struct ThreadOptions {
  std::size_t threads = 0;  ///< of BLAS, on each rank; 0 = by the cores
};

/// The field of ThreadOptions: its name, help and check.
[[nodiscard]] inline FieldTable<ThreadOptions> thread_fields() {
  FieldTable<ThreadOptions> table;
  table.group("Machine")
      .add("threads", &ThreadOptions::threads, "N",
           "BLAS threads of each rank; 0 = OPENBLAS_NUM_THREADS where it is set, else the rank's "
           "part of the cores it may use",
           zero_or_more("chosen from the cores"))
      .may_change();
  return table;
}

/// Collective. Sets the number of BLAS threads of this rank: `asked` if it is above 0, else the
/// value of OPENBLAS_NUM_THREADS if it is set, else the rank's part of the cores.
mpi::Placement choose_threads(const mpi::Communicator& communicator, std::size_t asked);

}  // namespace infomax::measure

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "infomax/measure/rates.hpp"
#include "infomax/measure/timing.hpp"
#include "infomax/measure/traps.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::measure {

/// The measured time of a sum over all ranks.
struct Allreduce {
  std::size_t bytes = 0;
  Spread seconds;
};

/// How fast one rank multiplies in one of the ways that math::Products names.
struct ProductRate {
  std::string name;  ///< as `engine` and `precision` name it
  double gflops = 0.0;
};

/// The result of an examination of the machine and of MPI.
struct Examination {
  JobFacts job;
  std::vector<ProductRate> products;  ///< of rank 0 while the others sleep
  bool sums_in_memory = false;        ///< whether sums go through shared memory, not messages
  std::vector<Allreduce> allreduces;  ///< empty at one rank
  std::optional<StorageRates> storage;
  std::string storage_failure;  ///< why there are no storage rates; else empty
  std::vector<Trap> traps;
};

/// Collective. Examines the job that runs on this communicator: hosts, placement, BLAS, sums over
/// ranks, and parallel files in `directory`, which are tried with a file of about `file_bytes`.
/// BLAS must have its threads already. A storage failure is recorded and not thrown, because the
/// examination is most useful when something fails.
[[nodiscard]] Examination examine(const mpi::Communicator& communicator,
                                  const std::string& directory, std::size_t file_bytes);

}  // namespace infomax::measure

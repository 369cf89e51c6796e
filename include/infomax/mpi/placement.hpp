// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "infomax/mpi/communicator.hpp"

namespace infomax::mpi {

/// The cores this process may run on, by the system's numbers in ascending order; hyperthreads
/// count as cores.
[[nodiscard]] std::vector<int> allowed_cores();

/// Where this rank runs, and what of the node is its own.
struct Placement {
  int local_rank = 0;     ///< among the ranks of this node
  int local_size = 1;     ///< ranks on this node
  int nodes = 1;          ///< nodes of the job
  int allowed_cores = 1;  ///< cores this rank's affinity allows
  int own_cores = 1;      ///< its part of them: a core that k ranks may use counts 1/k; at least 1
  bool oversubscribed = false;  ///< some ranks of this node get less than one core
};

/// Collective.
[[nodiscard]] Placement find_placement(const Communicator& communicator);

}  // namespace infomax::mpi

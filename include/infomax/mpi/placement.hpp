// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "infomax/mpi/communicator.hpp"

namespace infomax::mpi {

/// Returns the system's numbers of the cores that this process may run on, in ascending order.
/// Hyperthreads count as cores.
[[nodiscard]] std::vector<int> allowed_cores();

/// Where this rank runs, and its share of the node.
struct Placement {
  int local_rank = 0;     ///< among the ranks of this node
  int local_size = 1;     ///< ranks on this node
  int nodes = 1;          ///< nodes of the job
  int allowed_cores = 1;  ///< cores this rank's affinity allows
  int own_cores = 1;      ///< its share of them, at least 1; a core that k ranks may use counts 1/k
  bool oversubscribed = false;  ///< some ranks of this node get less than one core
};

/// Collective. Finds where the ranks of this communicator run.
[[nodiscard]] Placement find_placement(const Communicator& communicator);

}  // namespace infomax::mpi

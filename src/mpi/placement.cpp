// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/placement.hpp"

#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

#include <sched.h>

namespace infomax::mpi {
std::vector<int> allowed_cores() {
  std::vector<int> allowed;
  cpu_set_t mask;
  CPU_ZERO(&mask);
  const bool known = sched_getaffinity(0, sizeof(mask), &mask) == 0;
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    // All cores count if the system does not report the affinity.
    if (known ? CPU_ISSET(core, &mask) : core < cores) {
      allowed.push_back(core);
    }
  }
  return allowed;
}

Placement find_placement(const Communicator& communicator) {
  const Communicator node = communicator.split_by_node();
  const std::vector<int> mine = allowed_cores();
  std::vector<std::int64_t> claims(CPU_SETSIZE, 0);
  for (const int core : mine) {
    claims[static_cast<std::size_t>(core)] = 1;
  }
  node.sum(std::span<std::int64_t>(claims));

  double share = 0.0;
  for (const int core : mine) {
    share += 1.0 / static_cast<double>(claims[static_cast<std::size_t>(core)]);
  }
  Placement placement;
  placement.local_rank = node.rank();
  placement.local_size = node.size();
  placement.nodes = static_cast<int>(communicator.sum(std::int64_t{node.is_root() ? 1 : 0}));
  placement.allowed_cores = static_cast<int>(mine.size());
  // Rounding leaves sums of 1/k slightly below whole numbers.
  placement.own_cores = std::max(1, static_cast<int>(std::floor(share + 1e-9)));
  placement.oversubscribed = communicator.max(share < 1.0 - 1e-9 ? 1.0 : 0.0) > 0.0;
  return placement;
}

}  // namespace infomax::mpi

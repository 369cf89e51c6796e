#include "infomax/mpi/placement.hpp"

#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

#include <sched.h>

namespace infomax::mpi {
namespace {

/// One 1 for every core this process may run on; where the system does not say, all of them.
std::vector<std::int64_t> allowed_cores() {
  std::vector<std::int64_t> allowed(CPU_SETSIZE, 0);
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof(mask), &mask) == 0) {
    for (int core = 0; core < CPU_SETSIZE; ++core) {
      allowed[static_cast<std::size_t>(core)] = CPU_ISSET(core, &mask) ? 1 : 0;
    }
  } else {
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    std::fill_n(allowed.begin(), std::min(cores, allowed.size()), 1);
  }
  return allowed;
}

}  // namespace

Placement find_placement(const Communicator& communicator) {
  const Communicator node = communicator.split_by_node();
  const std::vector<std::int64_t> mine = allowed_cores();
  std::vector<std::int64_t> claims = mine;
  node.sum(std::span<std::int64_t>(claims));

  double share = 0.0;
  for (std::size_t core = 0; core < mine.size(); ++core) {
    if (mine[core] != 0) {
      share += 1.0 / static_cast<double>(claims[core]);
    }
  }
  Placement placement;
  placement.local_rank = node.rank();
  placement.local_size = node.size();
  placement.nodes = static_cast<int>(communicator.sum(std::int64_t{node.is_root() ? 1 : 0}));
  placement.allowed_cores = static_cast<int>(std::count(mine.begin(), mine.end(), 1));
  // Sums of 1/k fall short of whole numbers by rounding.
  placement.own_cores = std::max(1, static_cast<int>(std::floor(share + 1e-9)));
  placement.oversubscribed = communicator.max(share < 1.0 - 1e-9 ? 1.0 : 0.0) > 0.0;
  return placement;
}

}  // namespace infomax::mpi

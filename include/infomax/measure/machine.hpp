// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "infomax/measure/memory.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::measure {

/// What one rank has, of its own knowledge and measured.
struct RankFacts {
  int rank = 0;
  std::string host;
  std::vector<int> cores;  ///< it may run on
  int threads = 1;         ///< of its BLAS
  std::string kernel;      ///< of its BLAS
  double alone_gflops = 0.0;
  double together_gflops = 0.0;
};

/// What the ranks of a node share.
struct HostFacts {
  std::string host;
  int ranks = 0;
  std::vector<int> cores;  ///< that its ranks may run on, together
  NodeMemory memory;
  std::size_t shared_total_bytes = 0;  ///< of /dev/shm
  std::size_t shared_free_bytes = 0;
  std::vector<std::string> fabrics;  ///< fast networks that are up: "mlx5_0", "cxi0"
};

/// This process's, measurements left at 0.
[[nodiscard]] RankFacts rank_facts(const mpi::Communicator& communicator);

/// Collective. In order of rank.
[[nodiscard]] std::vector<RankFacts> gather_ranks(const mpi::Communicator& communicator,
                                                  const RankFacts& mine);

/// Collective. One a node, in order of its first rank.
[[nodiscard]] std::vector<HostFacts> gather_hosts(const mpi::Communicator& communicator,
                                                  const RankFacts& mine);

/// "0-3,8": what lists of cores look like to Linux, taskset and Slurm.
[[nodiscard]] std::string core_list(const std::vector<int>& cores);

/// Devices below `system` (/sys) that carry a fabric and have an active port.
[[nodiscard]] std::vector<std::string> find_fabrics(const std::string& system);

}  // namespace infomax::measure

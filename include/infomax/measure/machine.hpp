// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "infomax/measure/memory.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::measure {

/// The facts of one rank, known and measured.
struct RankFacts {
  int rank = 0;                  ///< in the job
  std::string host;              ///< name of its node
  std::vector<int> cores;        ///< that it may run on
  int threads = 1;               ///< of its BLAS
  std::string kernel;            ///< of its BLAS
  double alone_gflops = 0.0;     ///< of sgemm while the node's other ranks sleep
  double together_gflops = 0.0;  ///< of sgemm while all ranks compute
};

/// The facts of a node.
struct HostFacts {
  std::string host;                    ///< name of the node
  int ranks = 0;                       ///< on this node
  std::vector<int> cores;              ///< that any of its ranks may run on
  NodeMemory memory;                   ///< as this job sees it
  std::size_t shared_total_bytes = 0;  ///< of /dev/shm
  std::size_t shared_free_bytes = 0;   ///< of /dev/shm
  std::vector<std::string> fabrics;    ///< active fast networks: "mlx5_0", "cxi0"
};

/// Returns the facts of this process. The measurements are 0.
[[nodiscard]] RankFacts rank_facts(const mpi::Communicator& communicator);

/// Collective. Returns the facts of all ranks, in order of rank.
[[nodiscard]] std::vector<RankFacts> gather_ranks(const mpi::Communicator& communicator,
                                                  const RankFacts& mine);

/// Collective. Returns the facts of all nodes, in order of their first ranks.
[[nodiscard]] std::vector<HostFacts> gather_hosts(const mpi::Communicator& communicator,
                                                  const RankFacts& mine);

/// Formats a list of cores as Linux, taskset and Slurm do: "0-3,8".
[[nodiscard]] std::string core_list(const std::vector<int>& cores);

/// Returns the devices below `system` (/sys) of fast networks that have an active port.
[[nodiscard]] std::vector<std::string> find_fabrics(const std::string& system);

}  // namespace infomax::measure

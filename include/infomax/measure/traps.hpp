// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "infomax/measure/machine.hpp"
#include "infomax/mpi/transport.hpp"

namespace infomax::measure {

/// A BLAS kernel and what it reaches with one thread.
struct KernelRate {
  std::string kernel;
  double gflops = 0.0;
};

/// The kernel in use beside another one that this processor can run.
struct KernelComparison {
  bool forced = false;  ///< OPENBLAS_CORETYPE chose the one in use; the other is OpenBLAS's choice
  KernelRate used;
  KernelRate other;
};

/// What is known of a job before it computes anything.
struct JobFacts {
  std::vector<RankFacts> ranks;
  std::vector<HostFacts> hosts;
  mpi::Transport transport;
  std::optional<KernelComparison> kernels;
  std::string directory;     ///< where files were tried
  std::string lock_failure;  ///< why they cannot be locked there; or empty
  bool locking_off = false;  ///< HDF5_USE_FILE_LOCKING says that nobody locks
};

/// Something that makes a job slow or fail, and what to do about it.
struct Trap {
  std::string name;     ///< for scripts: "oversubscription"
  std::string problem;  ///< one sentence
  std::string mend;     ///< one sentence
};

/// At most one of each kind, which names the first host or rank it holds for and counts the others.
[[nodiscard]] std::vector<Trap> find_traps(const JobFacts& facts);

}  // namespace infomax::measure

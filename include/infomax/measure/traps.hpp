// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "infomax/measure/machine.hpp"
#include "infomax/mpi/transport.hpp"

namespace infomax::measure {

/// A BLAS kernel and its speed on one thread.
struct KernelRate {
  std::string kernel;   ///< as OpenBLAS names it
  double gflops = 0.0;  ///< of sgemm
};

/// The kernel in use and another one that this processor can run.
struct KernelComparison {
  bool forced = false;  ///< OPENBLAS_CORETYPE chose the one in use; the other is OpenBLAS's choice
  KernelRate used;      ///< the one in use
  KernelRate other;     ///< the other one
};

/// The facts of a job that are known before it computes anything.
struct JobFacts {
  std::vector<RankFacts> ranks;             ///< in order of rank
  std::vector<HostFacts> hosts;             ///< in order of their first ranks
  mpi::Transport transport;                 ///< empty for MPI libraries other than Open MPI
  std::optional<KernelComparison> kernels;  ///< of the root; unset if there is no other kernel
  std::string directory;                    ///< the directory in which files were tried
  std::string lock_failure;                 ///< why files cannot be locked there; empty if they can
  bool locking_off = false;                 ///< whether HDF5_USE_FILE_LOCKING turns locks off
};

/// A condition that makes a job slow or lets it fail, and its remedy.
struct Trap {
  std::string name;     ///< for scripts: "oversubscription"
  std::string problem;  ///< one sentence
  std::string mend;     ///< one sentence
};

/// Finds the traps of a job, at most one of each kind. A trap names the first host or rank that it
/// affects and counts the others.
[[nodiscard]] std::vector<Trap> find_traps(const JobFacts& facts);

}  // namespace infomax::measure

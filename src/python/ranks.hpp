// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>

#include "infomax/mpi/communicator.hpp"

namespace infomax::python {

/// Initialises MPI, unless somebody in this process has, and then also finalises it when the
/// interpreter has ended. A process whose MPI another package initialised is left to that one.
void start_mpi();

/// A communicator of Python's: mpi4py's handle of it as Fortran knows it; nothing stands for all
/// ranks.
using PythonCommunicator = std::optional<int>;

/// Collective. The ranks of a communicator of Python's, with messages of the library's own.
[[nodiscard]] mpi::Communicator ranks_of(const PythonCommunicator& given);

/// Whether this process is the one that start_mpi() ran in, and no child that it was copied to,
/// which must leave MPI alone.
[[nodiscard]] bool is_the_process_of_mpi();

/// Collective. Throws UsageError, the same on every rank, where a rank's call differs from that of
/// rank 0: lines "name=value", of which the first that differs is told.
void require_same_call(const mpi::Communicator& communicator, const std::string& call);

/// Keeps what the library changes of its process, and Python and NumPy have too: the threads of
/// BLAS, and who handles the signals that end a training.
class ProcessState {
 public:
  ProcessState();
  ~ProcessState();
  ProcessState(const ProcessState&) = delete;
  ProcessState& operator=(const ProcessState&) = delete;

 private:
  struct Handlers;
  Handlers* handlers_;
  int blas_threads_;
};

}  // namespace infomax::python

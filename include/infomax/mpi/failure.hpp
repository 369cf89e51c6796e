// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "infomax/mpi/communicator.hpp"

namespace infomax::mpi {

/// Collective. Returns if no rank passes an exception. Otherwise every rank throws an Error with
/// the exit code and the text of the lowest rank that passes one; the text names that rank unless
/// all ranks failed.
void agree(const Communicator& communicator, const std::exception_ptr& local_failure);

/// Collective. Runs `work`, which must not communicate, and then calls agree(), so that a failure
/// of one rank, for example in its rows of a file, becomes the same Error on all ranks.
template <class Work>
void together(const Communicator& communicator, Work work) {
  std::exception_ptr failure;
  try {
    work();
  } catch (...) {
    failure = std::current_exception();
  }
  agree(communicator, failure);
}

/// Logs one line for a job that `failure` ends and returns the exit code of this process. If all
/// ranks arrive within three seconds, rank 0 logs the line, and MPI can be finalised. If they do
/// not, others are in a collective that this rank will never enter, so it logs the line with its
/// rank and aborts the job. Nothing else may use `communicator`.
[[nodiscard]] int end_job(const Communicator& communicator, const std::exception_ptr& failure);

/// Logs one line and ends the whole job with this exit code. Any thread may call it while the main
/// thread is in an MPI call that will not return. MPI guarantees nothing to a second thread, so if
/// the abort does not end this process, the process ends itself, which the launcher notices.
[[noreturn]] void abandon_job(const Communicator& communicator, const std::string& text,
                              int exit_code);

/// Writes one line and ends the whole job with this exit code, from a signal handler, in which the
/// state of this process may be anything: where the abort does not return within seconds, the
/// process ends itself.
[[noreturn]] void end_job_in_signal(std::string_view text, int exit_code);

}  // namespace infomax::mpi

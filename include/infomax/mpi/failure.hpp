// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <exception>
#include <string>

#include "infomax/mpi/communicator.hpp"

namespace infomax::mpi {

/// Collective. Where any rank passes an exception, every rank throws an Error with the exit code
/// and the text of the lowest such rank, which it names unless all ranks failed. Returns where
/// none did.
void agree(const Communicator& communicator, const std::exception_ptr& local_failure);

/// Collective. Runs `work`, which must not communicate, and ends in agree(): a failure that one
/// rank sees (its part of a file, its rows) becomes the same Error on all of them.
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

/// Says one line for a job that `failure` ends, and returns the exit code for this process. Where
/// all ranks arrive here within three seconds, rank 0 speaks and MPI can be finalised; where they
/// do not, peers sit in a collective this rank will never enter: it names itself and aborts the
/// job. `communicator` must be one that nothing else uses.
[[nodiscard]] int end_job(const Communicator& communicator, const std::exception_ptr& failure);

/// From any thread, where the others sit in MPI and will not return: says one line and ends the
/// whole job with this exit code. MPI promises nothing to a second thread, so a process that its
/// abort does not end ends itself, which the launcher sees.
[[noreturn]] void abandon_job(const Communicator& communicator, const std::string& text,
                              int exit_code);

}  // namespace infomax::mpi

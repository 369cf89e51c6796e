// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace infomax::mpi {

/// The lifetime of MPI: the constructor initialises it, and the destructor finalises it. A
/// destructor that runs while an exception unwinds does not finalise, because MPI_Finalize would
/// wait forever for ranks that are in a collective.
class Environment {
 public:
  /// Throws SystemError if MPI does not start or grants less than MPI_THREAD_FUNNELED.
  Environment(int& argc, char**& argv);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  int exceptions_at_start_;
};

/// Returns the version of the MPI library as it describes itself, one line ("Open MPI v4.1.4").
[[nodiscard]] std::string library_version();

}  // namespace infomax::mpi

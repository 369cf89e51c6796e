// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace infomax::mpi {

/// MPI's lifetime: initialises in the constructor, finalises in the destructor. A destructor that
/// runs because an exception unwinds does not finalise: peers may sit in a collective, and
/// MPI_Finalize would wait for them for ever.
class Environment {
 public:
  /// Throws SystemError where MPI does not start or grants less than MPI_THREAD_FUNNELED.
  Environment(int& argc, char**& argv);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  int exceptions_at_start_;
};

/// The library's own words for its version, one line ("Open MPI v4.1.4").
[[nodiscard]] std::string library_version();

}  // namespace infomax::mpi

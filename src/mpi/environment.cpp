// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/environment.hpp"

#include <array>
#include <exception>

#include <mpi.h>

#include "infomax/core/error.hpp"
#include "infomax/mpi/check.hpp"

namespace infomax::mpi {

Environment::Environment(int& argc, char**& argv)
    : exceptions_at_start_(std::uncaught_exceptions()) {
  int granted = MPI_THREAD_SINGLE;
  check(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &granted), "MPI_Init_thread");
  if (granted < MPI_THREAD_FUNNELED) {
    throw SystemError(
        "this MPI does not support threads (MPI_THREAD_FUNNELED is needed); use a build with "
        "thread support");
  }
  check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
}

Environment::~Environment() {
  if (std::uncaught_exceptions() == exceptions_at_start_) {
    MPI_Finalize();
  }
}

std::string library_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  check(MPI_Get_library_version(text.data(), &length), "MPI_Get_library_version");
  const std::string whole(text.data(), static_cast<std::size_t>(length));
  return whole.substr(0, whole.find_first_of(",\n"));
}

}  // namespace infomax::mpi

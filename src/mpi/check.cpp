// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/check.hpp"

#include <array>
#include <string>

#include <mpi.h>

#include "infomax/core/error.hpp"

namespace infomax::mpi {

void check(int status, const char* call) {
  if (status == MPI_SUCCESS) {
    return;
  }
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  if (MPI_Error_string(status, text.data(), &length) != MPI_SUCCESS) {
    length = 0;
  }
  throw SystemError(std::string(call) +
                    " failed: " + std::string(text.data(), static_cast<std::size_t>(length)));
}

}  // namespace infomax::mpi

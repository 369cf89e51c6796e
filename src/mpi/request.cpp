// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/request.hpp"

#include <exception>
#include <utility>

#include "infomax/core/logging.hpp"
#include "infomax/mpi/activity.hpp"
#include "infomax/mpi/check.hpp"

namespace infomax::mpi {

Request::~Request() {
  if (!requests_.empty() && std::uncaught_exceptions() == 0) {
    log::failure("a nonblocking operation was abandoned before it was waited for (a defect)");
    std::terminate();
  }
}

Request::Request(Request&& other) noexcept : requests_(std::exchange(other.requests_, {})) {}

Request& Request::operator=(Request&& other) noexcept {
  std::swap(requests_, other.requests_);
  return *this;
}

void Request::wait() {
  const InCollective in_collective;
  check(MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE),
        "MPI_Waitall");
  requests_.clear();
}

bool Request::test() {
  int done = 0;
  check(
      MPI_Testall(static_cast<int>(requests_.size()), requests_.data(), &done, MPI_STATUSES_IGNORE),
      "MPI_Testall");
  if (done != 0) {
    requests_.clear();
  }
  return done != 0;
}

}  // namespace infomax::mpi

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "infomax/mpi/communicator.hpp"

namespace infomax::test {

/// Lets this process open no more files, for its scope.
class NoMoreFiles {
 public:
  NoMoreFiles() {
    ::getrlimit(RLIMIT_NOFILE, &former_);
    const rlimit none{0, former_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoMoreFiles() { ::setrlimit(RLIMIT_NOFILE, &former_); }
  NoMoreFiles(const NoMoreFiles&) = delete;
  NoMoreFiles& operator=(const NoMoreFiles&) = delete;

 private:
  rlimit former_{};
};

/// Collective. The same ranks, which sum by messages although they share memory, as ranks of
/// several nodes do.
inline mpi::Communicator by_messages(const mpi::Communicator& communicator) {
  auto same = communicator.duplicate();
  const NoMoreFiles refused;
  EXPECT_FALSE(same.sums_in_memory());
  return same;
}

}  // namespace infomax::test

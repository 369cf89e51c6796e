// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "infomax/mpi/communicator.hpp"

namespace infomax::test {

/// Prevents this process from opening files during the scope of the object.
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

/// Collective. A communicator of the same ranks that sums by messages, as ranks of several nodes
/// do, although these ranks share memory.
inline mpi::Communicator by_messages(const mpi::Communicator& communicator) {
  auto same = communicator.duplicate();
  const NoMoreFiles refused;
  EXPECT_FALSE(same.sums_in_memory());
  return same;
}

}  // namespace infomax::test

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/failure.hpp"

#include <new>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"

namespace infomax::mpi {
namespace {

TEST(Together, ReturnsWhereNoRankFails) {
  const auto world = Communicator::world();
  int done = 0;
  together(world, [&] { ++done; });
  EXPECT_EQ(done, 1);
}

TEST(Together, OneRanksErrorIsThrownEverywhereWithItsCodeAndName) {
  const auto world = Communicator::world();
  for (int culprit = 0; culprit < world.size(); ++culprit) {
    try {
      together(world, [&] {
        if (world.rank() == culprit) {
          throw DataError("the file is torn");
        }
      });
      FAIL() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), ExitCode::data);
      const std::string who = world.size() == 1 ? "" : "rank " + std::to_string(culprit) + ": ";
      EXPECT_EQ(error.what(), who + "the file is torn");
    }
  }
}

TEST(Together, WhatAllRanksSeeNamesNone) {
  const auto world = Communicator::world();
  try {
    together(world, [] { throw UsageError("no such option"); });
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::usage);
    EXPECT_STREQ(error.what(), "no such option");
  }
}

TEST(Together, MemoryThatRunsOutIsASystemFailure) {
  const auto world = Communicator::world();
  try {
    together(world, [] { throw std::bad_alloc(); });
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::system);
    EXPECT_NE(std::string(error.what()).find("out of memory"), std::string::npos);
  }
}

}  // namespace
}  // namespace infomax::mpi

// SPDX-License-Identifier: BSD-3-Clause
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "hdf5/reading.hpp"
#include "infomax/hdf5/library.hpp"

// What becomes of crashes: each in a process of its own.
namespace infomax::hdf5 {
namespace {

void end_by_lines() {
  end_on_crash(
      [](std::string_view line) {
        (void)!::write(STDERR_FILENO, line.data(), line.size());
        ::_exit(3);
      },
      1);
}

/// Calls itself until the stack is at its end.
int descend(int depth) {
  volatile char room[4096] = {};
  room[0] = static_cast<char>(depth);
  return depth < 0 ? 0 : descend(depth + 1) + room[0];
}

using testing::ExitedWithCode;

TEST(Hdf5CrashDeathTest, IsALineThatNamesTheFile) {
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGABRT}) {
    EXPECT_EXIT(
        {
          end_by_lines();
          const Reading reading("F.h5", Limit::seconds);
          const Reading inner("/x in F.h5", Limit::none);
          raise(number);
        },
        ExitedWithCode(3), "^HDF5 crashed while it read F.h5, which is damaged");
  }
}

TEST(Hdf5CrashDeathTest, IsALineAlsoWhereTheStackIsAtItsEnd) {
  EXPECT_EXIT(
      {
        end_by_lines();
        const Reading reading("F.h5", Limit::seconds);
        std::exit(descend(0));
      },
      ExitedWithCode(3), "crashed while it read F.h5");
}

TEST(Hdf5CrashDeathTest, IsPutDownToTheFileAlsoRightAfterIt) {
  EXPECT_EXIT(
      {
        end_by_lines();
        { const Reading reading("F.h5", Limit::seconds); }
        raise(SIGABRT);
      },
      ExitedWithCode(3), "right after HDF5 read F.h5");
}

TEST(Hdf5CrashDeathTest, OfOtherCausesGoesItsWay) {
  EXPECT_EXIT(
      {
        end_by_lines();
        raise(SIGBUS);
      },
      // A sanitizer reports it and ends the process itself.
      [](int status) { return !ExitedWithCode(0)(status) && !ExitedWithCode(3)(status); },
      testing::Not(testing::HasSubstr("HDF5")));
}

/// Keeps the processor busy.
void work_for(double seconds) {
  const std::clock_t begin = std::clock();
  while (static_cast<double>(std::clock() - begin) < seconds * CLOCKS_PER_SEC) {
  }
}

TEST(Hdf5CrashDeathTest, EndlessWorkEndsWhereItIsLimited) {
  EXPECT_EXIT(
      {
        end_by_lines();
        const Reading reading("F.h5", Limit::seconds);
        work_for(60.0);
      },
      ExitedWithCode(3), "^HDF5 made no progress while it read F.h5");
}

TEST(Hdf5CrashDeathTest, APartWithoutALimitLiftsThatOfTheWhole) {
  EXPECT_EXIT(
      {
        end_by_lines();
        {
          const Reading reading("F.h5", Limit::seconds);
          { const Reading rows("/x in F.h5", Limit::none); }
          work_for(1.5);
        }
        work_for(1.5);
        std::_Exit(7);
      },
      ExitedWithCode(7), "^$");
}

}  // namespace
}  // namespace infomax::hdf5

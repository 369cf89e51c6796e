// SPDX-License-Identifier: BSD-3-Clause
#include "report/command.hpp"

#include <gtest/gtest.h>

namespace infomax::report {
namespace {

TEST(ReportCommand, QuotesWhatAShellWouldReadOtherwise) {
  EXPECT_EQ(shell_quoted("dense:64,tanh,dense:8"), "dense:64,tanh,dense:8");
  EXPECT_EQ(shell_quoted("/data/my file.h5"), "'/data/my file.h5'");
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quoted("$(rm *)"), "'$(rm *)'");
  EXPECT_EQ(shell_quoted("two\nlines"), "'two\nlines'");
  EXPECT_EQ(shell_quoted("residual(dense:4)"), "'residual(dense:4)'");
  EXPECT_EQ(shell_quoted(""), "''");
}

TEST(ReportCommand, LeavesOutDefaultsAndFlagsThatAreOff) {
  EXPECT_EQ(command_of({{"data", "/d.h5"},
                        {"x", "/x"},
                        {"encoder", "dense:2"},
                        {"lambda-a", "-0.5"},
                        {"reproducible", "true"},
                        {"share", "false"},
                        {"new-option", "a b"}},
                       "3"),
            "mpirun -n 3 infomax train \\\n  --data /d.h5 \\\n  --encoder dense:2 \\\n"
            "  --lambda-a=-0.5 \\\n  --reproducible \\\n  --new-option 'a b'");
  EXPECT_EQ(command_of({{"data", "/d.h5"}}, "1"), "infomax train \\\n  --data /d.h5");
  EXPECT_EQ(command_of({{"data", "/d.h5"}}, ""), "infomax train \\\n  --data /d.h5");
}

}  // namespace
}  // namespace infomax::report

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/error.hpp"

#include <string>

#include <gtest/gtest.h>

namespace infomax {
namespace {

TEST(Error, IsOneLineWhateverIsQuotedInIt) {
  const std::string quoted("a\nb\tc\x1b[31md\0e\x7f \xc3\xbc", 17);
  const DataError error("the label " + quoted + " is new");
  EXPECT_STREQ(error.what(), "the label a\\nb\\tc\\x1b[31md\\x00e\\x7f \xc3\xbc is new");
  EXPECT_STREQ(Error(error.exit_code(), error.what()).what(), error.what());
}

}  // namespace
}  // namespace infomax

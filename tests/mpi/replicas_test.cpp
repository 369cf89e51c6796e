// SPDX-License-Identifier: BSD-3-Clause
#include "train/replicas.hpp"

#include <string>

#include <gtest/gtest.h>

#include "infomax/core/checksum.hpp"
#include "support/scratch.hpp"

namespace infomax::train {
namespace {

class Replicas : public test::SharedScratch {};

std::uint64_t checksum_of(std::vector<double> parameters) {
  return checksum(std::as_bytes(std::span(parameters)));
}

TEST_F(Replicas, ThatAreEqualPass) {
  EXPECT_NO_THROW(require_equal_replicas(world_, checksum_of({1.0, 2.0}), 7));
}

TEST_F(Replicas, ThatDifferAreNamedOnEveryRank) {
  if (world_.size() == 1) {
    GTEST_SKIP() << "one rank cannot differ";
  }
  // The last rank's memory lost one bit.
  const bool off = world_.rank() == world_.size() - 1;
  const std::string text = test::message_of<SystemError>([&] {
    require_equal_replicas(world_, checksum_of({1.0, off ? 2.0000000000000004 : 2.0}), 7);
  });
  EXPECT_NE(text.find("rank " + std::to_string(world_.size() - 1) + " differ"), std::string::npos)
      << text;
  EXPECT_NE(text.find("step 7"), std::string::npos) << text;
}

}  // namespace
}  // namespace infomax::train

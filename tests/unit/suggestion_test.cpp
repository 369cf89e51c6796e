// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/suggestion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace infomax {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Suggestion, FindsNamesThatAreMistypedOrCutOrPrefixed) {
  const std::vector<std::string_view> names{"batch", "micro-batch", "learning-rate", "epochs",
                                            "x",     "rv",          "pearson"};
  for (const auto& [given, meant] : {std::pair{"bacth", "batch"},
                                     {"Batch", "batch"},
                                     {"micro_batch", "micro-batch"},
                                     {"microbatch", "micro-batch"},
                                     {"batch-size", "batch"},
                                     {"learn", "learning-rate"},
                                     {"epoch", "epochs"},
                                     {"rx", "rv"},
                                     {"persn", "pearson"}}) {
    EXPECT_EQ(closest_name(given, names), meant) << given;
  }
}

TEST(Suggestion, FindsNothingWhereNothingIsAlike) {
  const std::vector<std::string_view> names{"batch", "x", "rv", "lag"};
  for (const char* given : {"", "y", "qq", "momentum", "chaos"}) {
    EXPECT_EQ(closest_name(given, names), "") << given;
  }
  EXPECT_EQ(closest_name("batch", {}), "");
}

TEST(Suggestion, TakesTheClosestAndTheFirstOfEquals) {
  EXPECT_EQ(closest_name("vamp3", {"vamp1", "vamp2"}), "vamp1");
  EXPECT_EQ(closest_name("encoder-bb", {"encoder", "encoder-b"}), "encoder-b");
}

TEST(Suggestion, IsAddedToAMessage) {
  EXPECT_EQ(did_you_mean("trian", {"train", "encode"}), "; did you mean train?");
  EXPECT_EQ(did_you_mean("chaos", {"train", "encode"}), "");
}

TEST(Suggestion, ReadsTheChoicesOfAMessage) {
  EXPECT_THAT(listed_names("input, lag or views"), ElementsAre("input", "lag", "views"));
  EXPECT_THAT(listed_names("float or double"), ElementsAre("float", "double"));
  for (const char* other : {"", "a number above 0", "a number, 0 or more", "f64"}) {
    EXPECT_THAT(listed_names(other), IsEmpty()) << other;
  }
}

}  // namespace
}  // namespace infomax

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/resumption.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "infomax/train/config.hpp"
#include "infomax/train/files_of_run.hpp"

namespace infomax::train {
namespace {

TEST(Resumption, KeepsTheSplitOfLaggedPairsThatWasTheOnlyOne) {
  const std::string ini = "pair = lag\nlag = 3\nvalidation = 0.1\n";
  EXPECT_EQ(with_former_split(ini), ini + "validation-blocks = last\n");
  for (const char* other :
       {"pair = lag\nvalidation = held.h5\n", "pair = lag\n", "pair = input\nvalidation = 0.1\n",
        "pair = lag\nvalidation = 0.1\nvalidation-blocks = 4\n", "validation = 0.1\n"}) {
    EXPECT_EQ(with_former_split(other), other);
  }
}

TEST(Resumption, GivesFieldsThatAreNewerThanTheRunTheirDefaults) {
  Config config;
  config.data = "x.h5";
  config.encoder = "dense:3";
  const FieldTexts now = kept_texts(config);
  FieldTexts before = now;
  std::erase_if(before, [](const auto& text) { return text.first == "shrinkage"; });
  ASSERT_LT(before.size(), now.size());

  FieldTexts completed = parse_ini(with_newer_fields(to_ini(before)));
  EXPECT_NE(std::ranges::find(completed, FieldTexts::value_type("shrinkage", "none")),
            completed.end());
  EXPECT_EQ(with_newer_fields(to_ini(completed)), to_ini(completed));
}

TEST(Resumption, LetsRunsFromBeforePagesGoOnWithoutThem) {
  const FieldTexts completed = parse_ini(with_newer_fields("encoder = dense:3\n"));
  EXPECT_NE(std::ranges::find(completed, FieldTexts::value_type("shuffle-pages", "0")),
            completed.end());
  const FieldTexts kept = parse_ini(with_newer_fields("shuffle-pages = 2\n"));
  EXPECT_NE(std::ranges::find(kept, FieldTexts::value_type("shuffle-pages", "2")), kept.end());
}

TEST(Resumption, ReadsAndWritesTheStretchesOfValidation) {
  using Text = FieldText<ValidationBlocks>;
  EXPECT_EQ(Text::parse("12"), ValidationBlocks{12});
  EXPECT_EQ(Text::parse("Last"), ValidationBlocks{0});
  EXPECT_EQ(Text::format({12}), "12");
  EXPECT_EQ(Text::format({0}), "last");
  for (const char* wrong : {"0", "-1", "", "whole", "1.5"}) {
    EXPECT_EQ(Text::parse(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace infomax::train

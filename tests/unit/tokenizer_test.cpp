// SPDX-License-Identifier: BSD-3-Clause
#include "importers/tokenizer.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/importers/reading.hpp"

namespace infomax::importers {
namespace {

using testing::ElementsAre;

std::vector<std::string> split(const std::string& text, TokenUnit unit) {
  std::vector<std::string> tokens;
  split_tokens(text, unit, [&](std::string_view token) { tokens.emplace_back(token); });
  return tokens;
}

TEST(Tokenizer, SplitsByUnit) {
  EXPECT_THAT(split("a_1, naïve\t--x!", TokenUnit::words),
              ElementsAre("a_1", ",", "naïve", "-", "-", "x", "!"));
  EXPECT_THAT(split("aé世\xF0\x9F\x98\x80", TokenUnit::chars),
              ElementsAre("a", "é", "世", "\xF0\x9F\x98\x80"));
  EXPECT_THAT(split("é", TokenUnit::bytes), ElementsAre("\xC3", "\xA9"));
}

TEST(Tokenizer, NumbersByFrequencyAndKeepsTheMostFrequent) {
  Vocabulary vocabulary({TokenUnit::words, 2});
  EXPECT_EQ(vocabulary.count("b a b c"), 4U);
  EXPECT_EQ(vocabulary.count("c d"), 2U);
  vocabulary.number("a file");
  EXPECT_THAT(vocabulary.texts(), ElementsAre(padding_text, other_text, "b", "c"));
  std::vector<std::uint32_t> numbers(3, 9);
  EXPECT_EQ(vocabulary.encode("b a b c", numbers), 4U);
  EXPECT_THAT(numbers, ElementsAre(2, 1, 2));
  EXPECT_EQ(vocabulary.encode("c", numbers), 1U);
  EXPECT_THAT(numbers, ElementsAre(3, 0, 0));
}

TEST(Tokenizer, BytesAreTheirValuesPlusOne) {
  const Vocabulary vocabulary({TokenUnit::bytes, 0});
  std::vector<std::uint32_t> numbers(4);
  EXPECT_EQ(vocabulary.encode(std::string("\0\xFF", 2), numbers), 2U);
  EXPECT_THAT(numbers, ElementsAre(1, 256, 0, 0));
}

TEST(Reading, ParsesFramesAndTokens) {
  const auto frames = FieldText<Frames>::parse("400:160");
  ASSERT_TRUE(frames);
  EXPECT_EQ(frames->length, 400U);
  EXPECT_EQ(frames->hop, 160U);
  EXPECT_EQ(FieldText<Frames>::parse("25")->hop, 25U);
  EXPECT_EQ(FieldText<Frames>::format(*frames), "400:160");
  const auto tokens = FieldText<Tokens>::parse("Words:50");
  ASSERT_TRUE(tokens);
  EXPECT_EQ(tokens->most, 50U);
  EXPECT_EQ(FieldText<Tokens>::format(*tokens), "words:50");
  EXPECT_EQ(FieldText<Tokens>::format({TokenUnit::chars, 0}), "chars");
  for (const char* bad : {"", "0", "5:", "5:0", "x", "-1", "5:6:7"}) {
    EXPECT_FALSE(FieldText<Frames>::parse(bad)) << bad;
  }
  for (const char* bad : {"", "word", "words:", "words:0", "bytes:9", "chars:x"}) {
    EXPECT_FALSE(FieldText<Tokens>::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace infomax::importers

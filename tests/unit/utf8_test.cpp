// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/utf8.hpp"

#include <string>

#include <gtest/gtest.h>

#include "core/json.hpp"

namespace infomax {
namespace {

TEST(Utf8, AcceptsCharactersOfEveryLength) {
  for (const char* text : {"", "a", "virg\xC3\xADnica", "\xE2\x82\xAC", "\xEF\xBF\xBF",
                           "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF", "\x7F"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
}

TEST(Utf8, RefusesWhatRfc3629Excludes) {
  for (const char* text :
       {"\xE9", "caf\xE9 au lait", "\xC3", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80",
        "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\x80", "\xE2\x82", "a\xFF"}) {
    EXPECT_FALSE(is_utf8(text)) << text;
  }
}

TEST(Utf8, ConvertsAllOfLatin1) {
  for (int code = 1; code < 256; ++code) {
    const std::string converted = latin1_to_utf8(std::string(1, static_cast<char>(code)));
    ASSERT_TRUE(is_utf8(converted));
    // The JSON library's own decoder says which character it is.
    const auto escaped = Json(converted).dump(-1, ' ', true);
    const std::string expected =
        Json(parse_json("\"\\u00" + std::string(1, "0123456789abcdef"[code / 16]) +
                        "0123456789abcdef"[code % 16] + "\""))
            .dump(-1, ' ', true);
    EXPECT_EQ(escaped, expected) << code;
  }
}

TEST(Utf8, HasTheCodePointsOfCharactersOfEveryLength) {
  EXPECT_EQ(code_points("a\xC3\xAD\xE2\x82\xAC\xF0\x9F\x98\x80"), U"a\u00ED\u20AC\U0001F600");
  EXPECT_EQ(code_points("caf\xE9"), U"caf\u00E9");
}

TEST(JsonText, NeverThrowsAndStaysJson) {
  Json value{{"good", "virg\xC3\xADnica"}};
  value["caf\xE9"] = "\xFF\xFEz";
  const std::string text = json_text(value);
  const auto parsed = parse_json(text);
  EXPECT_EQ(parsed.at("good"), "virg\xC3\xADnica");
  EXPECT_EQ(parsed.at("caf\xEF\xBF\xBD"), "\xEF\xBF\xBD\xEF\xBF\xBDz");
}

}  // namespace
}  // namespace infomax

// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_reader.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "support/scratch.hpp"

namespace infomax::importers {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Csv : public test::Scratch {
 protected:
  struct Record {
    std::size_t line = 0;
    std::vector<std::string> fields;
    bool operator==(const Record&) const = default;
  };

  std::filesystem::path written(const std::string& text) {
    std::ofstream(file("table.csv"), std::ios::binary) << text;
    return file("table.csv");
  }

  std::vector<Record> read(const std::string& text, char delimiter = ',', char comment = '\0') {
    CsvReader reader(written(text), delimiter, comment);
    std::vector<Record> records;
    while (reader.next()) {
      records.push_back({reader.line(), {}});
      for (std::size_t k = 0; k < reader.size(); ++k) {
        records.back().fields.emplace_back(reader.field(k));
      }
    }
    EXPECT_FALSE(reader.next());
    return records;
  }

  std::string complaint(const std::string& text) {
    return test::message_of<DataError>([&] { (void)read(text); });
  }
};

TEST_F(Csv, ReadsRecordsByAnyLineEnd) {
  const std::vector<Record> expected{{1, {"a", "b"}}, {2, {"", "2"}}};
  for (const char* text :
       {"a,b\n,2\n", "a,b\n,2", "a,b\r\n,2\r\n", "a,b\r\n,2\r\n\r\n", "a,b\r,2\r", "a,b\n,2\n\n\n",
        "\xEF\xBB\xBF"
        "a,b\n,2",
        " a ,\tb\n , 2 \n"}) {
    EXPECT_EQ(read(text), expected) << text;
  }
  EXPECT_TRUE(read("").empty());
  EXPECT_TRUE(read("\n").empty());
}

TEST_F(Csv, KeepsWhatQuotesHold) {
  const std::vector<Record> expected{
      {1, {"a,b", "say \"x\"", " c "}}, {2, {"two\nlines", "", "1"}}, {4, {"2", "3", "4"}}};
  EXPECT_EQ(read("\"a,b\",\"say \"\"x\"\"\",\" c \"\n\"two\nlines\",\"\",\"1\"\n2,3,4\n"),
            expected);
  const std::vector<Record> tabs{{1, {"a b", "c,d", ""}}};
  EXPECT_EQ(read("a b\tc,d\t", '\t'), tabs);
}

TEST_F(Csv, CountsLinesOfEveryLineEnd) {
  const std::vector<Record> expected{{1, {"a"}}, {2, {"b\r\nc"}}, {4, {"d"}}};
  EXPECT_EQ(read("a\r\n\"b\r\nc\"\r\nd"), expected);
}

TEST_F(Csv, NamesTheLineOfWhatIsWrong) {
  EXPECT_THAT(complaint("a,b\n1,2\n3\"x,4\n5,6\n"), HasSubstr("line 3: a quote stands inside"));
  EXPECT_THAT(complaint("a,b\n\"x\"y,4\n"), HasSubstr("line 2: a quote stands inside"));
  EXPECT_THAT(complaint("a,b\n1,2\n\"3,4\n5,6\n"), HasSubstr("line 3: a quote in the row"));
  EXPECT_THAT(complaint("a,b\n\n1,2\n"), HasSubstr("an empty line 2"));
  EXPECT_THAT(complaint("\r\na,b\r\n1,2\r\n"), HasSubstr("an empty line 1"));
  EXPECT_THAT(complaint("\"" + std::string(40'000'000, 'x')), HasSubstr("never closed"));
}

TEST_F(Csv, SkipsComments) {
  const std::vector<Record> expected{{2, {"a", "b#c"}}, {5, {"1", "x\n#y"}}, {8, {"3", ""}}};
  const std::string text =
      "# one, \"two\n"
      "a,\"b#c\"#, d\n"
      "#\n"
      "  #, 4\n"
      "1,\"x\n"
      "#y\" # \"z\n"
      "##\n"
      "3,#5\n"
      "# end";
  EXPECT_EQ(read(text, ',', '#'), expected);
  std::string returns;
  for (const char c : text) {
    returns += c == '\n' ? "\r\n" : std::string(1, c);
  }
  const std::vector<Record> as_written{{2, {"a", "b#c"}}, {5, {"1", "x\r\n#y"}}, {8, {"3", ""}}};
  EXPECT_EQ(read(returns, ',', '#'), as_written);
  const std::vector<Record> no_comments{{1, {"#a", "b # c"}}};
  EXPECT_EQ(read("#a,b # c\n"), no_comments);
  const std::string empty_line =
      test::message_of<DataError>([&] { (void)read("# one\na\n# three\n\nb\n", ',', '#'); });
  EXPECT_THAT(empty_line, HasSubstr("an empty line 4"));
}

TEST_F(Csv, SkipsCommentsAcrossBlocks) {
  std::string text;
  std::vector<Record> expected;
  for (std::size_t row = 0; row < 60'000; ++row) {
    text += "# " + std::string(row * 7919 % 23, '"') + "\n";
    text += std::to_string(row) + ",\"#\" # " + std::string(row * 104'729 % 19, ',') + "\n";
    expected.push_back({2 * row + 2, {std::to_string(row), "#"}});
  }
  ASSERT_GT(text.size(), 5U << 18U);
  EXPECT_TRUE(read(text, ',', '#') == expected);
}

TEST_F(Csv, TakesOtherTextForLatin1) {
  const std::vector<Record> expected{{1, {"\xC3\xBC", "\xC3\xA4", "\xC3\x9F"}}};
  EXPECT_EQ(read("\xFC,\xC3\xA4,\xDF\n"), expected);
}

TEST_F(Csv, GoesOnAcrossBlocks) {
  // Records of many lengths, so that block ends fall into fields, quotes and line ends.
  std::string text;
  std::vector<Record> expected;
  for (std::size_t row = 0; row < 60'000; ++row) {
    const std::string filler(row * 7919 % 23, 'y');
    expected.push_back({row + 1, {std::to_string(row), filler + "\"" + filler, filler}});
    text += std::to_string(row) + ",\"" + filler + "\"\"" + filler + "\"," + filler + "\r\n";
  }
  ASSERT_GT(text.size(), 5U << 18U);
  EXPECT_TRUE(read(text) == expected);
}

}  // namespace
}  // namespace infomax::importers

// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_format.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "importers/csv_separator.hpp"
#include "infomax/core/error.hpp"
#include "support/scratch.hpp"

namespace infomax::importers {
namespace {

using testing::ElementsAre;

class CsvFormats : public test::Scratch {
 protected:
  std::filesystem::path written(const std::string& text) {
    std::ofstream(file("table.csv"), std::ios::binary) << text;
    return file("table.csv");
  }

  char separator(const std::string& text, const TableOptions& table = {}) {
    return find_separator(written(text), table);
  }

  CsvFormat format(const std::string& text, const TableOptions& table = {}) {
    return find_csv_format(written(text), table);
  }
};

TEST_F(CsvFormats, FindTheSeparatorOfAllLines) {
  EXPECT_EQ(separator("a,b\n1,2\n"), ',');
  EXPECT_EQ(separator("a;b\n1,5;2,5\n"), ';');
  EXPECT_EQ(separator("a\tb\n1,5\t2;5\n"), '\t');
  EXPECT_EQ(separator("a|b\n1|2\n"), '|');
  EXPECT_EQ(separator("a|b,c\n1|2,3\n"), ',');            // in doubt
  EXPECT_EQ(separator("a\n1\n"), ',');                    // in doubt
  EXPECT_EQ(separator("a;b,c\nx;y,1\nz,2\n"), ',');       // the semicolon is not in all lines
  EXPECT_EQ(separator("a,b\n1,2;3\n4;5;6\n7,8\n"), ',');  // none is; the first line has commas
  EXPECT_EQ(separator("\"a;b;c\",d\n1,2\n"), ',');        // in quotes
  EXPECT_EQ(separator("a\tb\nr1\t1\t2\nr2\t3\t4\n"), '\t');
}

TEST_F(CsvFormats, TheDecimalSignSeparatesNothing) {
  TableOptions table;
  table.decimal = ",";
  EXPECT_EQ(separator("1,5\n2,5\n", table), ';');
  EXPECT_EQ(separator("1,5|2,5\n3,5|4,5\n", table), '|');
  table.separator = ",";
  EXPECT_EQ(separator("\"1,5\",\"2,5\"\n", table), ',');
}

TEST_F(CsvFormats, CommentsAreNoLines) {
  TableOptions table;
  table.comment = "%";
  EXPECT_EQ(separator("% x;y;z\n% x;y;z\n% x;y;z\na,b\n1,2\n", table), ',');
}

TEST_F(CsvFormats, KnowTheNamesOfSeparators) {
  EXPECT_EQ(separator_sign("Tab"), '\t');
  EXPECT_EQ(separator_sign("\\t"), '\t');
  EXPECT_EQ(separator_sign("semicolon"), ';');
  EXPECT_EQ(separator_sign("space"), ' ');
  EXPECT_EQ(separator_sign(":"), ':');
  for (const char* text : {"", "auto", "a", "1", ".", "-", "+", "\"", "\n", ",,"}) {
    EXPECT_FALSE(separator_sign(text)) << text;
  }
}

TEST_F(CsvFormats, ReadTheNamesThatRWrites) {
  const CsvFormat numbered = format("\"a\",\"b\"\n\"1\",5,6\n\"2\",7,8\n");
  EXPECT_TRUE(numbered.has_header);
  EXPECT_EQ(numbered.columns, 3U);
  EXPECT_THAT(numbered.names, ElementsAre("", "a", "b"));
  EXPECT_EQ(find_index(numbered, "auto"), 0U);
  EXPECT_FALSE(find_index(numbered, "none"));
  EXPECT_EQ(find_index(numbered, "b"), 2U);
  EXPECT_THROW((void)find_index(numbered, "c"), DataError);
  // Numbers are no names.
  EXPECT_FALSE(format("1,2\n3,4,5\n").has_header);
}

TEST_F(CsvFormats, FindAnIndexByItsLackOfAName) {
  EXPECT_EQ(find_index(format(",a\n0,1\n"), "auto"), 0U);
  EXPECT_EQ(find_index(format("Unnamed: 0,a\n0,1\n"), "auto"), 0U);
  EXPECT_FALSE(find_index(format("a,b\n0,1\n"), "auto"));
  EXPECT_FALSE(find_index(format("0,1\n2,3\n", {.header = TableHeader::no}), "auto"));
}

}  // namespace
}  // namespace infomax::importers

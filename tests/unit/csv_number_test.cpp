// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_number.hpp"

#include <clocale>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace infomax::importers {
namespace {

TEST(CsvNumber, IsTheWholeField) {
  EXPECT_EQ(parse_real("0.1"), 0.1);
  EXPECT_EQ(parse_real("-1e3"), -1000.0);
  EXPECT_EQ(parse_real("+2.5"), 2.5);
  EXPECT_EQ(parse_real(".5"), 0.5);
  EXPECT_EQ(parse_real("1."), 1.0);
  EXPECT_EQ(parse_real("4.9e-324"), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(parse_real("1e-5000"), 0.0);
  EXPECT_TRUE(std::signbit(*parse_real("-1E-5000")));
  EXPECT_TRUE(std::isnan(*parse_real("NaN")));
  EXPECT_TRUE(std::isinf(*parse_real("-inf")));
  EXPECT_EQ(parse_real("1e999"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse_real("-1E+999"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse_real("0." + std::string(400, '0') + "1"), 0.0);
  for (const char* text :
       {"", " ", "+", "-", "+-1", "1 2", "1,5", "0x10", "abc", "1e", "--1", "1-", "e-5", "NA"}) {
    EXPECT_FALSE(parse_real(text)) << text;
  }
}

TEST(CsvNumber, MayHaveADecimalComma) {
  EXPECT_EQ(parse_real("0,1", ','), 0.1);
  EXPECT_EQ(parse_real("-1,5e3", ','), -1500.0);
  EXPECT_EQ(parse_real("12", ','), 12.0);
  EXPECT_TRUE(std::isnan(*parse_real("NaN", ',')));
  for (const char* text : {"1.5", "1,5,0", "1.000,5", ",", "", "1,5 "}) {
    EXPECT_FALSE(parse_real(text, ',')) << text;
  }
}

TEST(CsvNumber, KnowsIntegersThatFit) {
  EXPECT_EQ(parse_integer("-0"), 0);
  EXPECT_EQ(parse_integer("+7"), 7);
  EXPECT_EQ(parse_integer("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  for (const char* text : {"", "1.0", "1e3", "9223372036854775808", "x"}) {
    EXPECT_FALSE(parse_integer(text)) << text;
  }
}

TEST(CsvNumber, DoesNotDependOnTheLocale) {
  // Whether or not a locale with commas is installed, the answer is the same.
  const char* const before = std::setlocale(LC_ALL, "de_DE.UTF-8");
  EXPECT_EQ(parse_real("1.5"), 1.5);
  EXPECT_FALSE(parse_real("1,5"));
  if (before != nullptr) {
    std::setlocale(LC_ALL, "C");
  }
}

TEST(CsvNumber, QuotesInOneShortLine) {
  EXPECT_EQ(in_quotes("a\nb"), "\"a?b\"");
  EXPECT_EQ(in_quotes(std::string(100, 'x')), "\"" + std::string(40, 'x') + "...\"");
}

}  // namespace
}  // namespace infomax::importers

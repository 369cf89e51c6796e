// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_cells.hpp"

#include <string>

#include <gtest/gtest.h>

namespace infomax::importers {
namespace {

using Kind = Cell::Kind;

TEST(CsvCells, TellNumbersGapsAndTextApart) {
  const CsvCells cells{TableOptions{}};
  for (const char* number : {"0", "-1.5", "1e3", "0001"}) {
    EXPECT_EQ(cells.read(number).kind, Kind::number) << number;
  }
  EXPECT_EQ(cells.read("-1.5").number, -1.5);
  for (const char* gap :
       {"", "NA", "na", "N/A", "#N/A", "<NA>", "null", "NULL", "?", "NaN", "-nan"}) {
    EXPECT_EQ(cells.read(gap).kind, Kind::missing) << gap;
  }
  for (const char* infinite : {"inf", "-Infinity", "1e999"}) {
    EXPECT_EQ(cells.read(infinite).kind, Kind::infinite) << infinite;
  }
  for (const char* text : {"-", "none", "red", "1,5", "12 kg", "TRUE", "2024-05-31"}) {
    EXPECT_EQ(cells.read(text).kind, Kind::text) << text;
  }
}

TEST(CsvCells, TakeTheWordsOfTheOptions) {
  TableOptions table;
  table.missing_words = {"-999", "none", "inf"};
  const CsvCells cells{table};
  for (const char* gap : {"", "nan", "-999", "-999.0", "-9.99e2", "None", "inf"}) {
    EXPECT_EQ(cells.read(gap).kind, Kind::missing) << gap;
  }
  EXPECT_EQ(cells.read("999").kind, Kind::number);
  EXPECT_EQ(cells.read("-inf").kind, Kind::infinite);
  EXPECT_EQ(cells.read("NA").kind, Kind::text);
}

TEST(CsvCells, KnowTheDecimalSign) {
  const CsvCells points{TableOptions{}};
  EXPECT_TRUE(points.has_other_decimal("1,5"));
  EXPECT_FALSE(points.has_other_decimal("red, blue"));
  EXPECT_FALSE(points.has_other_decimal("red"));
  const CsvCells commas{TableOptions{.decimal = ","}};
  EXPECT_EQ(commas.read("1,5").number, 1.5);
  EXPECT_EQ(commas.read("1.5").kind, Kind::text);
  EXPECT_TRUE(commas.has_other_decimal("1.5"));
  EXPECT_FALSE(commas.has_other_decimal("1.500,5"));
}

TEST(CsvCells, RecogniseDatesAndTruths) {
  for (const char* date : {"2024-05-31", "1999-12-01T10:00:00Z", "2024-01-31 08:15"}) {
    EXPECT_TRUE(is_date(date)) << date;
  }
  for (const char* text : {"2024-13-01", "2024-00-10", "2024-01-32", "2024-1-1", "20240101",
                           "2024-05-31x", "31.05.2024", ""}) {
    EXPECT_FALSE(is_date(text)) << text;
  }
  for (const char* truth : {"True", "FALSE", "t", "no"}) {
    EXPECT_TRUE(is_truth(truth)) << truth;
  }
  EXPECT_FALSE(is_truth("maybe"));
}

}  // namespace
}  // namespace infomax::importers

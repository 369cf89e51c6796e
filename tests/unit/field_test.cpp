// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/field.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/field_list.hpp"

namespace infomax {
namespace {

enum class Colour { red, green };
constexpr std::array colours{std::pair{"red", Colour::red}, std::pair{"green", Colour::green}};

}  // namespace

template <>
struct FieldText<Colour> : ChoiceText<Colour, colours> {};

namespace {

struct Brush {
  Colour colour = Colour::red;
  double width = 0.5;
};

struct Painting {
  std::size_t micro_batch = 3;
  std::optional<double> ridge;
  bool share = false;
  std::string title = "untitled";
  Brush brush;
};

FieldTable<Painting> fields() {
  FieldTable<Brush> brush;
  brush.group("Brush")
      .add("colour", &Brush::colour, "NAME", "")
      .add("width", &Brush::width, "W", "", above(0.0));
  FieldTable<Painting> table;
  table.group("Canvas")
      .add("micro-batch", &Painting::micro_batch, "M", "", one_or_more())
      .add("ridge", &Painting::ridge, "R", "", at_least(0.0))
      .add("share", &Painting::share, "", "")
      .add("title", &Painting::title, "TEXT", "")
      .include(&Painting::brush, brush);
  return table;
}

std::string refusal(const std::string& name, const std::string& text) {
  Painting painting;
  try {
    fields().at(name).set(painting, text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(FieldTable, SetsAndReadsEveryTypeAsText) {
  const auto table = fields();
  Painting painting;
  for (const auto& [name, text] : {std::pair{"micro-batch", "17"},
                                   {"ridge", "0.25"},
                                   {"share", "true"},
                                   {"title", "sea"},
                                   {"colour", "green"},
                                   {"width", "1e-300"}}) {
    table.at(name).set(painting, text);
    EXPECT_EQ(table.at(name).text(painting), text);
  }
  EXPECT_EQ(painting.micro_batch, 17U);
  EXPECT_EQ(painting.ridge, 0.25);
  EXPECT_TRUE(painting.share);
  EXPECT_EQ(painting.brush.colour, Colour::green);
}

TEST(FieldTable, HasNoTextOfAnEmptyOptional) {
  EXPECT_EQ(fields().at("ridge").text(Painting{}), std::nullopt);
}

TEST(FieldTable, TakesDefaultsFromTheStruct) {
  EXPECT_EQ(fields().at("micro-batch").text(Painting{}), "3");
  EXPECT_EQ(fields().at("colour").text(Painting{}), "red");
}

TEST(FieldTable, RefusesWithTheMembersNameAndWhatIsExpected) {
  EXPECT_EQ(refusal("micro-batch", "0"),
            "`micro_batch` is 0; it must be a whole number, 1 or more");
  EXPECT_EQ(refusal("micro-batch", "-1"),
            "`micro_batch` is \"-1\"; it must be a whole number, 1 or more");
  EXPECT_EQ(refusal("ridge", "x"), "`ridge` is \"x\"; it must be a number, 0 or more");
  EXPECT_EQ(refusal("colour", "blue"), "`colour` is \"blue\"; it must be red or green");
  EXPECT_EQ(refusal("colour", "gren"),
            "`colour` is \"gren\"; it must be red or green; did you mean green?");
  EXPECT_EQ(refusal("width", "inf"), "`width` is inf; it must be a number above 0");
}

TEST(FieldTable, ChecksValuesThatWereNeverText) {
  Painting painting;
  EXPECT_NO_THROW(fields().check(painting));
  painting.brush.width = -1.0;
  EXPECT_THROW(fields().check(painting), UsageError);
  painting.brush.width = 1.0;
  painting.ridge = -1.0;
  EXPECT_THROW(fields().check(painting), UsageError);
}

TEST(FieldTable, KeepsTheGroupsOfIncludedFields) {
  EXPECT_EQ(fields().at("share").group, "Canvas");
  EXPECT_EQ(fields().at("colour").group, "Brush");
  EXPECT_TRUE(fields().at("share").is_flag);
}

TEST(FieldTable, KeepsFactsOfIncludedFields) {
  FieldTable<Brush> brush;
  brush.add("colour", &Brush::colour, "NAME", "")
      .add("width", &Brush::width, "W", "")
      .may_change()
      .only_for("colour", &Brush::colour, {Colour::red});
  FieldTable<Painting> table;
  table.group("Canvas").include(&Painting::brush, brush);
  Painting painting;
  const auto& width = table.at("width");
  EXPECT_TRUE(width.may_change);
  EXPECT_FALSE(table.at("colour").may_change);
  EXPECT_EQ(width.group, "Canvas");
  EXPECT_EQ(width.users, "red");
  EXPECT_TRUE(width.used(painting));
  painting.brush.colour = Colour::green;
  EXPECT_FALSE(width.used(painting));
}

TEST(FieldTable, ReadsAndSetsTheMembersOfEachBase) {
  struct Framed : Painting, Brush {
    std::size_t frames = 1;
  };
  FieldTable<Brush> brush;
  brush.add("width", &Brush::width, "W", "");
  FieldTable<Painting> painting;
  painting.add("micro-batch", &Painting::micro_batch, "M", "");
  FieldTable<Framed> table;
  table.include(painting).include(brush).add("frames", &Framed::frames, "N", "");
  Framed framed;
  EXPECT_EQ(table.texts(framed),
            (FieldTexts{{"micro-batch", "3"}, {"width", "0.5"}, {"frames", "1"}}));
  table.at("width").set(framed, "2");
  EXPECT_EQ(framed.width, 2.0);
  EXPECT_EQ(framed.micro_batch, 3U);
}

TEST(FieldTable, MovesAFieldBehindAnother) {
  FieldTable<Brush> table;
  table.add("colour", &Brush::colour, "NAME", "").add("width", &Brush::width, "W", "");
  table.add("stroke", &Brush::width, "S", "").after("colour");
  EXPECT_EQ(table.fields()[1].name, "stroke");
  EXPECT_EQ(table.fields()[2].name, "width");
}

TEST(FieldTexts, GoToAnIniFileAndBack) {
  const FieldTexts texts{{"title", "a = b"}, {"micro-batch", "3"}};
  EXPECT_EQ(parse_ini("# none\n" + to_ini(texts)), texts);
}

TEST(FieldTable, AnyTextOfOneLineComesBackFromAnIniFile) {
  const FieldTexts texts{{"data", "/data/run#1/my file #2 = a.h5"},
                         {"quoted", "\"as it is\""},
                         {"blanks", " before and after "},
                         {"empty", ""},
                         {"comment", "# 1"},
                         {"quote", "\""}};
  EXPECT_EQ(parse_ini(to_ini(texts)), texts);
}

TEST(FieldTable, AnIniFileOfUsersMayHaveCommentsAndQuotes) {
  EXPECT_EQ(ini_value("  10  # ten"), "10");
  EXPECT_EQ(ini_value(" a#b.h5\r"), "a#b.h5");
  EXPECT_EQ(ini_value(" \"a #b.h5\" "), "a #b.h5");
  EXPECT_EQ(ini_value(" \"a b\" # with a blank"), "a b");
  EXPECT_EQ(ini_value("# nothing"), "");
  EXPECT_EQ(ini_name(" epochs "), "epochs");
  EXPECT_EQ(ini_name("  # epochs "), "");
}

TEST(FieldTexts, LeaveOutWhatIsUnsetOrOfTheInvocation) {
  FieldTable<Painting> table;
  table.add("ridge", &Painting::ridge, "R", "")
      .add("share", &Painting::share, "", "")
      .of_invocation()
      .add("micro-batch", &Painting::micro_batch, "M", "");
  EXPECT_EQ(table.texts(Painting{}), (FieldTexts{{"micro-batch", "3"}}));
}

TEST(FieldText, TheCaseOfNamesDoesNotMatter) {
  for (const char* text : {"green", "Green", "GREEN"}) {
    EXPECT_EQ(FieldText<Colour>::parse(text), Colour::green) << text;
  }
  EXPECT_EQ(FieldText<Colour>::parse("greens"), std::nullopt);
  EXPECT_EQ(FieldText<bool>::parse("True"), true);
  EXPECT_EQ(FieldText<bool>::parse("OFF"), false);
  Painting painting;
  fields().at("colour").set(painting, "Green");
  EXPECT_EQ(fields().at("colour").text(painting), "green");
}

TEST(FieldText, ListsHaveCommasAndNoEmptyItems) {
  using Numbers = std::vector<double>;
  EXPECT_EQ(FieldText<Numbers>::parse("0.9,0.5"), (Numbers{0.9, 0.5}));
  EXPECT_EQ(FieldText<Numbers>::format({0.9, 0.5}), "0.9,0.5");
  EXPECT_EQ(FieldText<Numbers>::parse("7"), Numbers{7.0});
  for (const char* text : {"", ",", "0.9,", ",0.9", "0.9,,0.5", "0.9;0.5"}) {
    EXPECT_EQ(FieldText<Numbers>::parse(text), std::nullopt) << text;
  }
  using Names = std::vector<std::string>;
  EXPECT_EQ(FieldText<Names>::parse("species,2"), (Names{"species", "2"}));
  EXPECT_EQ(FieldText<Names>::parse("species,,2"), std::nullopt);
}

TEST(FieldText, FormatsNumbersAsConfigurationFilesHaveThem) {
  EXPECT_EQ(FieldText<double>::format(1e-4), "0.0001");
  EXPECT_EQ(FieldText<double>::format(1e-8), "1e-08");
  EXPECT_EQ(FieldText<double>::format(25.0), "25");
  EXPECT_EQ(FieldText<double>::parse("+0.5"), 0.5);
}

}  // namespace
}  // namespace infomax

// SPDX-License-Identifier: BSD-3-Clause
#include "compare/space.hpp"

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"

namespace infomax::compare {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Values = std::vector<std::string>;

template <class Work>
std::string complaint(Work work) {
  try {
    (void)work();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(SearchAxis, SplitsNumbersAtCommas) {
  const Axis axis = parse_axis("learning-rate=0.001, 0.01,1");
  EXPECT_EQ(axis.option, "learning-rate");
  EXPECT_EQ(axis.values, (Values{"0.001", "0.01", "1"}));
  EXPECT_EQ(parse_axis("--learning_rate=0.5").option, "learning-rate");
  EXPECT_EQ(parse_axis("objective=infomax,infonce").values, (Values{"infomax", "infonce"}));
}

TEST(SearchAxis, SplitsWhatHasCommasAtBars) {
  EXPECT_EQ(parse_axis("encoder=dense:8 | dense:64,relu,dense:8").values,
            (Values{"dense:8", "dense:64,relu,dense:8"}));
  EXPECT_EQ(parse_axis("encoder=dense:64,relu,dense:8").values, (Values{"dense:64,relu,dense:8"}));
}

TEST(SearchAxis, SplitsWhatHasBarsAtDoubleBars) {
  EXPECT_EQ(parse_axis("encoder=dense:2|dense:3 || dense:4,relu,dense:2|dense:3").values,
            (Values{"dense:2|dense:3", "dense:4,relu,dense:2|dense:3"}));
  EXPECT_EQ(parse_axis("encoder=linear:2 || linear:3").values, (Values{"linear:2", "linear:3"}));
}

TEST(SearchAxis, RefusesEqualValuesHoweverWritten) {
  for (const char* text : {"learning-rate=1e-3,0.001", "encoder=dense:2,relu | dense:2, relu",
                           "batch=64,064", "objective=infomax,INFOMAX"}) {
    EXPECT_THAT(complaint([&] { return parse_axis(text); }), HasSubstr("twice")) << text;
  }
}

TEST(SearchAxis, RefusesWhatIsWrong) {
  const auto of = [](const char* text) { return complaint([&] { return parse_axis(text); }); };
  EXPECT_THAT(of("learning-rate"), HasSubstr("such as learning-rate=0.001,0.01"));
  EXPECT_THAT(of("learnin-rate=1"), HasSubstr("did you mean learning-rate?"));
  EXPECT_THAT(of("learning-rate=0.1,fast"), HasSubstr("`learning_rate` is \"fast\""));
  EXPECT_THAT(of("learning-rate=0.1,0"), HasSubstr("above 0"));
  EXPECT_THAT(of("learning-rate=0.1,0.1"), HasSubstr("twice"));
  for (const char* name : {"output=a,b", "seed=1,2", "data=a.h5 | b.h5", "threads=1,2"}) {
    EXPECT_THAT(of(name), HasSubstr("no option that a search varies")) << name;
  }
}

TEST(SearchRange, ReadsItsKinds) {
  const Range logarithmic = parse_range("learning-rate=log:1e-4:1e-1");
  EXPECT_TRUE(logarithmic.logarithmic);
  EXPECT_FALSE(logarithmic.whole);
  EXPECT_EQ(logarithmic.low, 1e-4);
  EXPECT_EQ(logarithmic.high, 1e-1);
  const Range whole = parse_range("batch=log-integer:64:4096");
  EXPECT_TRUE(whole.logarithmic && whole.whole);
  EXPECT_FALSE(parse_range("weight-decay=linear:0:0.5").logarithmic);
}

TEST(SearchRange, RefusesWhatIsWrong) {
  const auto of = [](const char* text) { return complaint([&] { return parse_range(text); }); };
  EXPECT_THAT(of("learning-rate=0.1:1"), HasSubstr("NAME=KIND:LOW:HIGH"));
  EXPECT_THAT(of("learning-rate=log:0:1"), HasSubstr("above 0"));
  EXPECT_THAT(of("learning-rate=log:1:0.5"), HasSubstr("below the second"));
  EXPECT_THAT(of("learning-rate=log:1:x"), HasSubstr("no number"));
  EXPECT_THAT(of("batch=integer:1.5:3"), HasSubstr("not whole numbers"));
  EXPECT_THAT(of("batch=linear:1:3"), HasSubstr("`batch` is"));
  EXPECT_THAT(of("batch=linear:1.5:3.5"), HasSubstr("`batch` is")) << "a number that batch refuses";
}

TEST(SearchPoints, AreAllCombinationsOfAGrid) {
  const auto points = grid_points({{"a", {"1", "2"}}, {"b", {"x", "y", "z"}}});
  ASSERT_EQ(points.size(), 6U);
  EXPECT_THAT(points[0], ElementsAre(std::pair{"a", "1"}, std::pair{"b", "x"}));
  EXPECT_THAT(points[1], ElementsAre(std::pair{"a", "1"}, std::pair{"b", "y"}));
  EXPECT_THAT(points[5], ElementsAre(std::pair{"a", "2"}, std::pair{"b", "z"}));
  EXPECT_EQ(grid_points({}), (std::vector<Settings>{{}}));
}

TEST(SearchPoints, AreDrawnByTheSeedAndDiffer) {
  const std::vector<Axis> axes{{"precision", {"float", "double"}}};
  const std::vector<Range> ranges{{"learning-rate", 1e-4, 1e-1, true, false},
                                  {"batch", 3.0, 9.0, false, true}};
  const auto points = random_points(axes, ranges, 400, 5);
  ASSERT_EQ(points.size(), 400U);
  EXPECT_EQ(points, random_points(axes, ranges, 400, 5));
  EXPECT_NE(points, random_points(axes, ranges, 400, 6));
  EXPECT_EQ(std::set<Settings>(points.begin(), points.end()).size(), 400U);
  double below = 0.0;
  std::set<std::string> batches;
  for (const Settings& point : points) {
    const double rate = std::stod(point[1].second);
    EXPECT_GE(rate, 1e-4);
    EXPECT_LE(rate, 1e-1);
    below += rate < 3.162e-3 ? 1.0 / 400.0 : 0.0;
    batches.insert(point[2].second);
  }
  // Half of the numbers lie below the middle of the logarithms; 5 deviations are 0.125.
  EXPECT_NEAR(below, 0.5, 0.125);
  EXPECT_EQ(batches, (std::set<std::string>{"3", "4", "5", "6", "7", "8", "9"}));
}

TEST(SearchPoints, EndWhereThereAreNoMore) {
  EXPECT_EQ(random_points({{"a", {"1", "2"}}, {"b", {"x", "y"}}}, {}, 9, 1).size(), 4U);
}

TEST(SearchConfig, SaysWhichTrialIsWrong) {
  train::Config base;
  base.encoder = "dense:4";
  EXPECT_EQ(config_at(base, {{"learning-rate", "0.5"}}).learning_rate, 0.5);
  const std::string said = complaint([&] { return config_at(base, {{"encoder", "dense:4,foo"}}); });
  EXPECT_THAT(said, HasSubstr("the trial encoder=dense:4,foo"));
}

}  // namespace
}  // namespace infomax::compare

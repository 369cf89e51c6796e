// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/spec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/nn/graph.hpp"
#include "infomax/nn/layer_table.hpp"

namespace infomax::nn {
namespace {

std::string refusal(const std::string& text) {
  try {
    (void)parse_spec(text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Spec, ReadsItemsInOrderAndDropsBlanks) {
  const auto spec = parse_spec("dense:1024, tanh,dense:64");

  EXPECT_EQ(spec.text, "dense:1024,tanh,dense:64");
  ASSERT_EQ(spec.items.size(), 3U);
  EXPECT_EQ(spec.items[0].name, "dense");
  EXPECT_EQ(spec.items[0].arguments.at(0).value, "1024");
  EXPECT_EQ(spec.items[1].name, "tanh");
  EXPECT_TRUE(spec.items[1].arguments.empty());
  EXPECT_EQ(spec.items[2].arguments.at(0).value, "64");
  EXPECT_EQ(spec.items[2].text, "dense:64");
  EXPECT_EQ(spec.items[2].position, 16U);
}

TEST(Spec, TheCaseOfNamesDoesNotMatter) {
  const auto spec = parse_spec("Dense:8,TANH,Residual(ReLU,dense:8)");
  EXPECT_EQ(spec.text, "dense:8,tanh,residual(relu,dense:8)");
  EXPECT_EQ(spec.items[1].name, "tanh");
}

TEST(Spec, SuggestsTheLayerThatWasProbablyMeant) {
  EXPECT_THAT(refusal("dense:8,tahn"), testing::HasSubstr("did you mean tanh?"));
  EXPECT_THAT(refusal("dense:8,residual(rleu)"), testing::HasSubstr("did you mean relu?"));
  EXPECT_THAT(refusal("dense:8,frobnicate"), testing::Not(testing::HasSubstr("did you mean")));
}

TEST(Spec, ReadsDropoutAndBatchNormalisation) {
  const auto spec = parse_spec("dense:8,batchnorm,relu,dropout:0.25,dense:2");

  ASSERT_EQ(spec.items.size(), 5U);
  EXPECT_EQ(spec.items[1].name, "batchnorm");
  EXPECT_EQ(spec.items[3].name, "dropout");
  EXPECT_EQ(spec.items[3].arguments.at(0).value, "0.25");
}

TEST(Spec, LinearIsADenseLayerThatStandsAlone) {
  const auto spec = parse_spec("linear:64");
  ASSERT_EQ(spec.items.size(), 1U);
  EXPECT_TRUE(find_layer_type(spec.items[0].name)->affine);
  EXPECT_EQ(Graph(spec, 5).nodes().back().output, Shape(64));
  EXPECT_TRUE(is_linear_solution(spec));
  EXPECT_FALSE(is_linear_solution(parse_spec("dense:64")));
  EXPECT_THAT(refusal("linear"), testing::HasSubstr("linear:64"));
  EXPECT_THAT(refusal("dense:8,linear:2"), testing::HasSubstr("`init` linear"));
  EXPECT_THAT(refusal("linear:2,dense:8"), testing::HasSubstr("`init` linear"));
}

TEST(Spec, ReadsItemsInItems) {
  const auto spec = parse_spec("dense:8, residual(dense:8,residual(tanh), gelu),dense:2");

  ASSERT_EQ(spec.items.size(), 3U);
  const auto& outer = spec.items[1];
  EXPECT_TRUE(outer.nests);
  EXPECT_EQ(outer.text, "residual(dense:8,residual(tanh),gelu)");
  ASSERT_EQ(outer.items.size(), 3U);
  EXPECT_EQ(outer.items[1].items.at(0).name, "tanh");
  EXPECT_EQ(outer.items[2].text, "gelu");
  EXPECT_EQ(spec.text.substr(outer.items[2].position, 4), "gelu");
  EXPECT_EQ(without_last(spec).text, "dense:8,residual(dense:8,residual(tanh),gelu)");
  EXPECT_EQ(without_last(parse_spec("tanh")).text, "");
  EXPECT_TRUE(any_item(spec.items, [](const auto& item) { return item.name == "gelu"; }));
  EXPECT_FALSE(any_item(spec.items, [](const auto& item) { return item.name == "relu"; }));
}

TEST(Spec, RefusesParenthesesAndArgumentsThatDoNotBelong) {
  using testing::AllOf;
  using testing::HasSubstr;
  EXPECT_THAT(refusal("residual(tanh"), AllOf(HasSubstr("character 14"), HasSubstr("nothing"),
                                              HasSubstr("the one at character 9")));
  EXPECT_THAT(refusal("tanh)"), AllOf(HasSubstr("character 5"), HasSubstr("\")\"")));
  EXPECT_THAT(refusal("residual(tanh)relu"), AllOf(HasSubstr("character 15"), HasSubstr("relu")));
  EXPECT_THAT(refusal("residual()"), AllOf(HasSubstr("character 10"), HasSubstr("nothing")));
  EXPECT_THAT(refusal("residual"), AllOf(HasSubstr("character 9"), HasSubstr("in parentheses")));
  EXPECT_THAT(refusal("tanh(relu)"), AllOf(HasSubstr("character 5"), HasSubstr("no items")));
  EXPECT_THAT(refusal("residual(tahn)"), AllOf(HasSubstr("character 10"), HasSubstr("\"tahn\"")));
  EXPECT_THAT(refusal("dense:8:2"), AllOf(HasSubstr("character 8"), HasSubstr("no further")));
  EXPECT_THAT(refusal("dense:8:pad=1"), AllOf(HasSubstr("character 8"), HasSubstr("no pad")));
  EXPECT_THAT(refusal("residual(linear:3)"), HasSubstr("`init` linear"));
}

TEST(Spec, RefusesWithThePositionAndWhatWasExpected) {
  using testing::AllOf;
  using testing::HasSubstr;
  EXPECT_THAT(refusal("dense:8,tahn"), AllOf(HasSubstr("character 9"), HasSubstr("\"tahn\""),
                                             HasSubstr("did you mean tanh?")));
  EXPECT_THAT(refusal("dense:x"), AllOf(HasSubstr("character 7"), HasSubstr("\"x\"")));
  EXPECT_THAT(refusal("dense"), AllOf(HasSubstr("character 6"), HasSubstr("nothing")));
  EXPECT_THAT(refusal("dense:0"), HasSubstr("number of outputs"));
  EXPECT_THAT(refusal("dense:-4"), HasSubstr("number of outputs"));
  EXPECT_THAT(refusal("dense:99999999999999999999"), HasSubstr("number of outputs"));
  EXPECT_THAT(refusal("dense:8,tanh:2"), HasSubstr("takes no number"));
  EXPECT_THAT(refusal("dense:8,dropout"), AllOf(HasSubstr("character 16"), HasSubstr("nothing")));
  EXPECT_THAT(refusal("dropout:1"), AllOf(HasSubstr("character 9"), HasSubstr("probability")));
  EXPECT_THAT(refusal("dropout:-0.1"), HasSubstr("probability"));
  EXPECT_THAT(refusal("batchnorm:3"), HasSubstr("batchnorm:3"));
  EXPECT_THAT(refusal("dense:8,"), AllOf(HasSubstr("character 9"), HasSubstr("nothing")));
  EXPECT_THAT(refusal(""), AllOf(HasSubstr("character 1"), HasSubstr("nothing")));
}

}  // namespace
}  // namespace infomax::nn

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/spec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"

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
  EXPECT_EQ(spec.items[0].kind, ItemKind::dense);
  EXPECT_EQ(spec.items[0].units, 1024U);
  EXPECT_EQ(spec.items[1].kind, ItemKind::activation);
  EXPECT_EQ(spec.items[1].activation, math::Activation::tanh);
  EXPECT_EQ(spec.items[2].units, 64U);
}

TEST(Spec, ReadsDropoutAndBatchNormalisation) {
  const auto spec = parse_spec("dense:8,batchnorm,relu,dropout:0.25,dense:2");

  ASSERT_EQ(spec.items.size(), 5U);
  EXPECT_EQ(spec.items[1].kind, ItemKind::batchnorm);
  EXPECT_EQ(spec.items[3].kind, ItemKind::dropout);
  EXPECT_EQ(spec.items[3].probability, 0.25);
}

TEST(Spec, LinearIsADenseLayerThatStandsAlone) {
  const auto spec = parse_spec("linear:64");
  ASSERT_EQ(spec.items.size(), 1U);
  EXPECT_EQ(spec.items[0].kind, ItemKind::dense);
  EXPECT_EQ(spec.items[0].units, 64U);
  EXPECT_TRUE(is_linear_solution(spec));
  EXPECT_FALSE(is_linear_solution(parse_spec("dense:64")));
  EXPECT_THAT(refusal("linear"), testing::HasSubstr("linear:64"));
  EXPECT_THAT(refusal("dense:8,linear:2"), testing::HasSubstr("`init` linear"));
  EXPECT_THAT(refusal("linear:2,dense:8"), testing::HasSubstr("`init` linear"));
}

TEST(Spec, RefusesWithThePositionAndWhatWasExpected) {
  using testing::AllOf;
  using testing::HasSubstr;
  EXPECT_THAT(refusal("dense:8,tahn"),
              AllOf(HasSubstr("character 9"), HasSubstr("\"tahn\""), HasSubstr("dense:N, tanh")));
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

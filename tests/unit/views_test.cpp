// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/views.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/nn/network.hpp"
#include "infomax/nn/spec.hpp"
#include "support/memory_rows.hpp"

namespace infomax::model {
namespace {

using testing::ElementsAre;

using Indices = std::vector<std::size_t>;

PairSettings settings_of(Pair pair) {
  PairSettings settings;
  settings.pair = pair;
  settings.augment = "noise:0.1";
  settings.lag = 2;
  return settings;
}

/// Six rows of x with 3 columns and of y with 1; or four pairs of them.
Examples examples_of(const PairSettings& settings) {
  const bool lagged = settings.meaning().is_lagged;
  const data::Blocks blocks(lagged ? 4 : 6, 2);
  std::vector<float> x(18);
  std::iota(x.begin(), x.end(), 0.0F);
  const std::vector<float> y{5, 4, 3, 2, 1, 0};
  Examples examples{blocks, blocks.shard(0, 1), test::store_of(x, 3, 0, 6),
                    test::store_of(y, 1, 0, 6)};
  if (lagged) {
    examples.index = SampleIndex({0, 1, 2, 3}, settings.lag + 1, 6);
  }
  return examples;
}

Views views_of(Pair pair, bool has_encoder_a = false) {
  const auto settings = settings_of(pair);
  return make_views(settings, examples_of(settings), has_encoder_a);
}

TEST(SampleIndex, IsTheIdentityWhereRowsAreSamples) {
  const SampleIndex index;
  const Indices samples{4, 0, 2};
  EXPECT_TRUE(index.is_identity());
  EXPECT_EQ(index[7].first, 7U);
  EXPECT_EQ(index[7].count, 1U);
  EXPECT_EQ(index.rows_of(samples, {}).data(), samples.data());
  EXPECT_TRUE(index.row(0).is_identity());
}

TEST(SampleIndex, GivesEachSampleARangeOfRowsAndEachRowOfIt) {
  const SampleIndex index({0, 5, 6}, 3, 20);
  EXPECT_EQ(index[1].first, 5U);
  EXPECT_EQ(index[1].count, 3U);
  ASSERT_EQ(index.used().size(), 1U);
  EXPECT_EQ(index.used()[0], (data::Stretch{0, 20}));
  const SampleIndex last = index.row(2);
  EXPECT_EQ(last[1].first, 7U);
  EXPECT_EQ(last[1].count, 1U);
  EXPECT_FALSE(last.is_identity());
  Indices scratch(3);
  const auto rows = last.rows_of(Indices{2, 0}, scratch);
  EXPECT_THAT(std::vector(rows.begin(), rows.end()), ElementsAre(8, 2));
}

TEST(Views, OfInputCompareXWithItsEncoding) {
  const Views views = views_of(Pair::input);
  EXPECT_FALSE(views.a.encoder);
  EXPECT_EQ(views.a.preprocessing, Role::encoder_b);
  EXPECT_EQ(views.a.rows, views.b.rows);
  EXPECT_EQ(views.b.encoder, Role::encoder_b);
  EXPECT_TRUE(views.a_is_input_of_b());
  EXPECT_FALSE(views.shares_encoder());
}

TEST(Views, OfTargetCompareYAsItIsWithAnEncodingOfX) {
  auto settings = settings_of(Pair::target);
  settings.classes = 6;
  const auto examples = examples_of(settings);
  const Views views = make_views(settings, examples, false);
  EXPECT_FALSE(views.a.encoder);
  EXPECT_FALSE(views.a.preprocessing);
  EXPECT_EQ(views.a.rows, examples.y);
  EXPECT_EQ(views.b.rows, examples.x);
  EXPECT_EQ(views.a.classes, 6U);
  EXPECT_FALSE(views.a_is_input_of_b());
}

TEST(Views, OfTwoViewsAreEncodedByOneNetworkOrTwo) {
  const Views two = views_of(Pair::views, true);
  EXPECT_EQ(two.a.encoder, Role::encoder_a);
  EXPECT_EQ(two.b.encoder, Role::encoder_b);
  EXPECT_EQ(two.a.rows->features(), 3U);
  EXPECT_EQ(two.b.rows->features(), 1U);
  EXPECT_FALSE(two.shares_encoder());
  EXPECT_FALSE(two.a.change);
  EXPECT_TRUE(views_of(Pair::views, false).shares_encoder());
}

TEST(Views, OfAugmentChangeTheSameRowsOnBothSides) {
  const Views views = views_of(Pair::augment);
  EXPECT_TRUE(views.shares_encoder());
  EXPECT_EQ(views.a.rows, views.b.rows);
  EXPECT_NE(views.a.change, nullptr);
  EXPECT_NE(views.b.change, nullptr);
  EXPECT_FALSE(views.a_is_input_of_b());
}

TEST(Views, OfLaggedPairsStartAndEndInRowsTauApart) {
  const Views views = views_of(Pair::lag);
  EXPECT_TRUE(views.shares_encoder());
  for (std::size_t sample = 0; sample < 4; ++sample) {
    EXPECT_EQ(views.a.index[sample].first, sample);
    EXPECT_EQ(views.b.index[sample].first, sample + 2);
    EXPECT_EQ(views.b.index[sample].count, 1U);
  }
}

TEST(Views, KnowTheColumnsOfASide) {
  Model<float> model;
  model.add(Role::encoder_b, nn::Network<float>(nn::parse_spec("dense:2"), 3),
            data::Normalization::identity(3));
  auto settings = settings_of(Pair::target);
  const auto examples = examples_of(settings);
  EXPECT_EQ(columns_of_a(model, examples, settings), 1U);
  EXPECT_EQ(columns_of(make_views(settings, examples, false).b, model), 2U);
  settings.classes = 6;
  EXPECT_EQ(columns_of_a(model, examples, settings), 6U);
  settings.pair = Pair::input;
  EXPECT_EQ(columns_of_a(model, examples, settings), 3U);
  settings.pair = Pair::augment;
  EXPECT_EQ(columns_of_a(model, examples, settings), 2U);
}

TEST(PairMeaning, AnswersWhatItsUsersAsk) {
  const auto all = {Pair::input, Pair::target, Pair::views, Pair::augment, Pair::lag};
  const auto which = [&](auto property) {
    std::vector<Pair> with;
    std::ranges::copy_if(all, std::back_inserter(with),
                         [&](Pair pair) { return property(meaning_of(pair)); });
    return with;
  };
  EXPECT_THAT(which([](const PairMeaning& m) { return m.reads_y(); }),
              ElementsAre(Pair::target, Pair::views));
  EXPECT_THAT(which([](const PairMeaning& m) { return m.encodes_both_sides(); }),
              ElementsAre(Pair::views, Pair::augment, Pair::lag));
  EXPECT_THAT(which([](const PairMeaning& m) { return m.has_two_views(); }),
              ElementsAre(Pair::views));
  EXPECT_THAT(which([](const PairMeaning& m) { return m.has_targets(); }),
              ElementsAre(Pair::target));
  EXPECT_STREQ(meaning_of(Pair::lag).sample_noun(), "pairs of rows");
  EXPECT_STREQ(meaning_of(Pair::views).sample_noun(), "rows");
  for (const Pair pair : all) {
    EXPECT_EQ(parse_pair(name_of(pair)), pair);
  }
  EXPECT_THROW((void)parse_pair("inputs"), UsageError);
}

TEST(PairMeaning, KnowsThePairOfAField) {
  EXPECT_STREQ(pair_of_field("split_image").name, "views");
  EXPECT_STREQ(pair_of_field("share").name, "views");
  EXPECT_STREQ(pair_of_field("augment").name, "augment");
  EXPECT_STREQ(pair_of_field("lag").name, "lag");
  EXPECT_THROW((void)pair_of_field("batch"), std::logic_error);
}

TEST(PairSettings, KnowWhetherASecondDataSetIsRead) {
  auto settings = settings_of(Pair::views);
  EXPECT_TRUE(settings.reads_second_data_set());
  settings.split = "columns:2";
  EXPECT_FALSE(settings.reads_second_data_set());
  EXPECT_FALSE(settings_of(Pair::lag).reads_second_data_set());
}

TEST(Role, IsNamedAsFilesNameIt) {
  for (const Role role : {Role::encoder_a, Role::encoder_b, Role::critic}) {
    EXPECT_EQ(parse_role(name_of(role)), role);
  }
  EXPECT_STREQ(name_of(Role::encoder_a), "a");
  EXPECT_STREQ(name_of(Role::encoder_b), "b");
  EXPECT_THROW((void)parse_role("c"), DataError);
}

TEST(Model, FindsItsMembersByRole) {
  Model<float> model;
  const auto add = [&](Role role) {
    model.add(role, nn::Network<float>(nn::parse_spec("dense:2"), 3),
              data::Normalization::identity(3));
  };
  add(Role::encoder_b);
  EXPECT_FALSE(model.has(Role::encoder_a));
  EXPECT_THROW((void)model.member(Role::encoder_a), std::logic_error);
  add(Role::encoder_a);
  EXPECT_EQ(model.member(Role::encoder_a).offset, 8U);
  EXPECT_STREQ(model.member(Role::encoder_b).name(), "b");
}

}  // namespace
}  // namespace infomax::model

// SPDX-License-Identifier: BSD-3-Clause
#include "compare/outcome.hpp"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace infomax::compare {
namespace {

using testing::ElementsAre;

JobResult result(std::size_t trial, std::size_t fold, double score, std::size_t repeat = 0,
                 std::size_t rung = 0) {
  return {
      .job = {trial, rung, repeat, fold}, .score = score, .training_rows = 80, .held_out_rows = 20};
}

std::vector<Settings> points(std::size_t count) {
  std::vector<Settings> points;
  for (std::size_t k = 0; k < count; ++k) {
    points.push_back({{"seed", std::to_string(k)}});
  }
  return points;
}

TEST(CorrectedInterval, IsStudentsWithoutOverlap) {
  const std::vector<double> values{1.0, 2.0, 4.0, 5.0};
  const auto found = corrected_interval(values, 0.0, 0.95);
  EXPECT_DOUBLE_EQ(found.mean, 3.0);
  EXPECT_DOUBLE_EQ(found.deviation, std::sqrt(10.0 / 3.0));
  EXPECT_DOUBLE_EQ(found.standard_error, std::sqrt(10.0 / 12.0));
  // t of 3 degrees of freedom at 0.975, of tables
  EXPECT_NEAR(found.high - found.mean, 3.182446305284263 * found.standard_error, 1e-12);
  EXPECT_NEAR(found.low + found.high, 6.0, 1e-12);
}

TEST(CorrectedInterval, IsWiderByTheRatio) {
  const std::vector<double> values{1.0, 2.0, 4.0, 5.0};
  const auto found = corrected_interval(values, 1.0 / 3.0, 0.95);
  EXPECT_DOUBLE_EQ(found.standard_error, std::sqrt((0.25 + 1.0 / 3.0) * 10.0 / 3.0));
}

TEST(RankTrials, PairsDifferencesWithTheBest) {
  const std::vector<JobResult> results{result(0, 0, 1.0), result(0, 1, 3.0), result(1, 0, 2.0),
                                       result(1, 1, 4.5)};
  const auto outcome = rank_trials(points(2), results, {}, true);
  ASSERT_TRUE(outcome.has_best());
  EXPECT_EQ(outcome.values, 2U);
  EXPECT_DOUBLE_EQ(outcome.ratio, 0.25);
  EXPECT_EQ(outcome.trials[0].number, 1U);
  EXPECT_FALSE(outcome.trials[0].difference);
  const auto& difference = *outcome.trials[1].difference;
  EXPECT_DOUBLE_EQ(difference.mean, -1.25);
  EXPECT_DOUBLE_EQ(difference.deviation, std::sqrt(0.125));
  EXPECT_DOUBLE_EQ(difference.standard_error, std::sqrt((0.5 + 0.25) * 0.125));
  EXPECT_EQ(outcome.undecided(), 1U);
}

TEST(RankTrials, TakesMeansOverSeedsOfTheSameFolds) {
  const std::vector<JobResult> results{result(0, 0, 1.0, 0), result(0, 1, 3.0, 0),
                                       result(0, 0, 2.0, 1), result(0, 1, 4.0, 1)};
  Options options;
  options.seeds = 2;
  const auto same = rank_trials(points(1), results, options, false);
  EXPECT_TRUE(same.averages_seeds);
  EXPECT_EQ(same.values, 2U);
  EXPECT_DOUBLE_EQ(same.trials[0].score.mean, 2.5);
  EXPECT_DOUBLE_EQ(same.trials[0].score.deviation, std::sqrt(2.0));
  EXPECT_EQ(rank_trials(points(1), results, options, true).values, 4U);
}

TEST(RankTrials, PutsFailuresLast) {
  std::vector<JobResult> results{result(0, 0, 9.0), result(0, 1, 9.0), result(1, 0, 2.0),
                                 result(1, 1, 1.0)};
  results[1].failure = "not finite";
  results[1].exit_code = ExitCode::numeric;
  const auto outcome = rank_trials(points(2), results, {}, true);
  EXPECT_EQ(outcome.trials[0].number, 1U);
  EXPECT_EQ(outcome.trials[1].failure, "not finite");
  EXPECT_FALSE(outcome.trials[1].difference);
}

TEST(RankTrials, ComparesTrialsOfAnEarlierRungInIt) {
  const std::vector<JobResult> results{result(0, 0, 5.0),       result(0, 1, 5.5),
                                       result(1, 0, 6.0),       result(1, 1, 6.0),
                                       result(1, 0, 3.0, 0, 1), result(1, 1, 4.0, 0, 1)};
  const auto outcome = rank_trials(points(2), results, {}, true);
  EXPECT_EQ(outcome.trials[0].number, 1U) << "it was trained for longer";
  EXPECT_DOUBLE_EQ(outcome.trials[0].score.mean, 3.5);
  EXPECT_DOUBLE_EQ(outcome.trials[1].difference->mean, -0.75) << "less 6, and not 3.5";
}

TEST(Survivors, AreTheBestOfEta) {
  std::vector<JobResult> results{result(0, 0, 1.0), result(1, 0, 7.0), result(2, 0, 3.0),
                                 result(3, 0, 5.0), result(4, 0, 9.0)};
  results[4].failure = "not finite";
  EXPECT_THAT(survivors(results, {0, 1, 2, 3, 4}, 0, 2), ElementsAre(1, 3));
  EXPECT_THAT(survivors(results, {0, 1, 2, 3, 4}, 0, 9), ElementsAre(1));
  EXPECT_TRUE(survivors(results, {4}, 0, 2).empty());
}

}  // namespace
}  // namespace infomax::compare

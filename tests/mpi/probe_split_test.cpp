// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/probe_split.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"
#include "objective_fixture.hpp"
#include "support/scratch.hpp"

namespace infomax::analysis {
namespace {

class ProbeSplit : public testing::Test {
 protected:
  /// Random classes, the last of them rare, and random groups of unequal sizes.
  void SetUp() override {
    const CounterRandom random(3, RandomStream::generation);
    for (std::size_t i = 0; i < rows; ++i) {
      const std::uint64_t draw = random.below(40, 2 * i);
      strata_.push_back(static_cast<std::uint32_t>(draw == 0 ? 3 : draw % 3));
      const std::uint64_t group = random.below(30, 2 * i + 1);
      groups_.push_back(1000 * (group * group / 30));
    }
  }

  /// The parts of all rows, dealt by `communicator`.
  std::vector<std::uint32_t> deal(const mpi::Communicator& communicator, bool by_groups,
                                  std::size_t parts, std::uint64_t seed = 1,
                                  std::uint64_t number = 0) {
    const test::Share share(communicator, rows);
    const auto own = [&](const auto& all) {
      return std::span(all).subspan(share.first, share.count);
    };
    const RowsToDeal local{own(strata_), 4,
                           by_groups ? own(groups_) : std::span<const std::uint64_t>{}};
    const auto dealt = deal_rows(communicator, local, parts, seed, number);
    EXPECT_EQ(dealt.size(), share.count);
    std::vector<std::uint64_t> all(rows, 0);
    std::ranges::copy(dealt, all.begin() + static_cast<std::ptrdiff_t>(share.first));
    communicator.sum(std::span<std::uint64_t>(all));
    return {all.begin(), all.end()};
  }

  static constexpr std::size_t rows = 203;
  const mpi::Communicator world_ = mpi::Communicator::world();
  std::vector<std::uint32_t> strata_;
  std::vector<std::uint64_t> groups_;
};

TEST_F(ProbeSplit, IsTheSameOnAnyNumberOfRanks) {
  const mpi::Communicator alone = world_.split(world_.rank());
  for (const bool by_groups : {false, true}) {
    for (const std::size_t parts : {2U, 5U, 7U}) {
      EXPECT_EQ(deal(world_, by_groups, parts), deal(alone, by_groups, parts));
    }
  }
}

TEST_F(ProbeSplit, GivesEveryPartAsManyRowsOfEveryStratum) {
  for (const std::size_t parts : {2U, 5U, 7U, 203U}) {
    const auto part_of = deal(world_, false, parts);
    std::vector<int> all(parts, 0);
    std::vector<std::vector<int>> of_stratum(4, all);
    for (std::size_t i = 0; i < rows; ++i) {
      ASSERT_LT(part_of[i], parts);
      ++all[part_of[i]];
      ++of_stratum[strata_[i]][part_of[i]];
    }
    of_stratum.push_back(all);
    for (const auto& counts : of_stratum) {
      const auto [least, most] = std::ranges::minmax_element(counts);
      EXPECT_LE(*most - *least, 1) << parts;
    }
  }
}

TEST_F(ProbeSplit, FollowsTheSeedAndTheNumberOfTheDeal) {
  for (const bool by_groups : {false, true}) {
    const auto first = deal(world_, by_groups, 3);
    EXPECT_EQ(deal(world_, by_groups, 3), first);
    EXPECT_NE(deal(world_, by_groups, 3, 2), first);
    EXPECT_NE(deal(world_, by_groups, 3, 1, 1), first);
  }
}

TEST_F(ProbeSplit, KeepsGroupsWholeAndFillsEveryPart) {
  const std::set<std::uint64_t> different(groups_.begin(), groups_.end());
  for (const std::size_t parts : {std::size_t{2}, std::size_t{4}, different.size()}) {
    const auto part_of = deal(world_, true, parts);
    std::map<std::uint64_t, std::set<std::uint32_t>> parts_of;
    std::vector<std::size_t> counts(parts, 0);
    for (std::size_t i = 0; i < rows; ++i) {
      parts_of[groups_[i]].insert(part_of[i]);
      ++counts[part_of[i]];
    }
    for (const auto& [group, found] : parts_of) {
      EXPECT_EQ(found.size(), 1U) << "group " << group;
    }
    EXPECT_GT(*std::ranges::min_element(counts), 0U) << parts;
    if (parts == 4) {
      // Largest first, each to where most is lacking: no part is far from a quarter.
      EXPECT_LT(*std::ranges::max_element(counts) - *std::ranges::min_element(counts), 30U);
    }
  }
}

TEST_F(ProbeSplit, CountsRowsOrGroups) {
  const test::Share share(world_, rows);
  const std::span strata =
      std::span<const std::uint32_t>(strata_).subspan(share.first, share.count);
  const std::span groups =
      std::span<const std::uint64_t>(groups_).subspan(share.first, share.count);
  EXPECT_EQ(count_units(world_, {strata, 4, {}}), rows);
  EXPECT_EQ(count_units(world_, {strata, 4, groups}),
            std::set<std::uint64_t>(groups_.begin(), groups_.end()).size());
}

TEST_F(ProbeSplit, RefusesMorePartsThanThereAreRowsOrGroups) {
  for (const auto& one : {std::tuple{false, std::size_t{204}, "203 rows"},
                          std::tuple{false, std::size_t{1}, "203 rows"},
                          std::tuple{true, std::size_t{100}, "groups"}}) {
    const bool by_groups = std::get<0>(one);
    const std::size_t parts = std::get<1>(one);
    const char* const what = std::get<2>(one);
    EXPECT_THAT(test::message_of<UsageError>([&] { (void)deal(world_, by_groups, parts); }),
                testing::AllOf(testing::HasSubstr("`folds`"), testing::HasSubstr(what)));
  }
}

}  // namespace
}  // namespace infomax::analysis

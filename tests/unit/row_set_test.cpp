// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/row_set.hpp"

#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/random.hpp"

namespace infomax::data {
namespace {

using Numbers = std::vector<std::size_t>;

TEST(RowSet, HasWhatWasAddedAcrossWords) {
  RowSet set(200);
  set.add({60, 70});
  set.add({199, 1});
  set.remove({64, 2});
  EXPECT_EQ(set.count(), 69U);
  EXPECT_TRUE(set.has(60));
  EXPECT_FALSE(set.has(64));
  EXPECT_TRUE(set.has(129));
  EXPECT_FALSE(set.has(130));
  const std::vector<Stretch> expected{{60, 4}, {66, 64}, {199, 1}};
  EXPECT_EQ(set.stretches(), expected);
  EXPECT_EQ(set.numbers(3, 3), (Numbers{63, 66, 67}));
  EXPECT_EQ(set.numbers(68, 1), (Numbers{199}));
  EXPECT_TRUE(set.numbers(69, 0).empty());
}

TEST(RowSet, WholeWordsAndNothing) {
  RowSet set(128);
  EXPECT_TRUE(set.stretches().empty());
  set.add({0, 128});
  EXPECT_EQ(set.count(), 128U);
  EXPECT_EQ(set.stretches(), (std::vector<Stretch>{{0, 128}}));
  EXPECT_EQ(set.others().count(), 0U);
}

TEST(RowSet, AgreesWithAListOfRows) {
  const CounterRandom random(7, RandomStream::generation);
  constexpr std::size_t rows = 1000;
  RowSet set(rows);
  std::set<std::size_t> list;
  for (std::size_t k = 0; k < 300; ++k) {
    const std::size_t row = random.below(rows, k);
    set.add({row, 1});
    list.insert(row);
  }
  const Numbers all(list.begin(), list.end());
  EXPECT_EQ(set.numbers(0, all.size()), all);
  const auto third = static_cast<std::ptrdiff_t>(all.size() / 3);
  EXPECT_EQ(set.numbers(all.size() / 3, 40),
            Numbers(all.begin() + third, all.begin() + third + 40));
  const RowSet others = set.others();
  for (std::size_t row = 0; row < rows; ++row) {
    EXPECT_NE(set.has(row), others.has(row));
    EXPECT_EQ(set.has(row), list.contains(row));
  }
  Numbers joined;
  for (const Stretch& stretch : set.stretches()) {
    for (std::size_t row = stretch.first; row < stretch.end(); ++row) {
      joined.push_back(row);
    }
  }
  EXPECT_EQ(joined, all);
}

}  // namespace
}  // namespace infomax::data

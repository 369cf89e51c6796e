// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/random.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace infomax {
namespace {

TEST(CounterRandom, IsAFunctionOfItsCoordinatesAlone) {
  const CounterRandom first(7, RandomStream::permutation, 3, 4);
  const CounterRandom same(7, RandomStream::permutation, 3, 4);
  const CounterRandom other_seed(8, RandomStream::permutation, 3, 4);
  const CounterRandom other_stream(7, RandomStream::generation, 3, 4);
  const CounterRandom other_major(7, RandomStream::permutation, 4, 4);
  const CounterRandom other_minor(7, RandomStream::permutation, 3, 5);

  EXPECT_EQ(first.words(11), same.words(11));
  EXPECT_NE(first.words(11), first.words(12));
  EXPECT_NE(first.words(11), other_seed.words(11));
  EXPECT_NE(first.words(11), other_stream.words(11));
  EXPECT_NE(first.words(11), other_major.words(11));
  EXPECT_NE(first.words(11), other_minor.words(11));
}

TEST(CounterRandom, NormalHasTheMomentsOfANormal) {
  const CounterRandom random(1, RandomStream::generation);
  const int n = 200'000;
  double sum = 0.0;
  double squares = 0.0;
  double fourth = 0.0;
  for (int i = 0; i < n; ++i) {
    const double z = random.normal(static_cast<std::uint64_t>(i));
    sum += z;
    squares += z * z;
    fourth += z * z * z * z;
  }

  // Five standard errors: 1/sqrt(n), sqrt(2/n), sqrt(96/n).
  EXPECT_NEAR(sum / n, 0.0, 5.0 * std::sqrt(1.0 / n));
  EXPECT_NEAR(squares / n, 1.0, 5.0 * std::sqrt(2.0 / n));
  EXPECT_NEAR(fourth / n, 3.0, 5.0 * std::sqrt(96.0 / n));
}

TEST(CounterRandom, BelowReachesEveryValueAndNoOther) {
  const CounterRandom random(2, RandomStream::permutation);
  std::array<int, 7> counts{};
  for (std::uint64_t i = 0; i < 7000; ++i) {
    ASSERT_LT(random.below(7, i), 7U);
    ++counts[random.below(7, i)];
  }
  for (const int count : counts) {
    EXPECT_NEAR(count, 1000, 5.0 * std::sqrt(1000.0 * 6.0 / 7.0));
  }
}

TEST(CounterRandom, UniformIsOpen) {
  const CounterRandom random(3, RandomStream::generation);
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    ASSERT_GT(random.uniform(i), 0.0);
    ASSERT_LT(random.uniform(i), 1.0);
  }
}

}  // namespace
}  // namespace infomax

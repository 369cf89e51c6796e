// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/column_statistics.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/random.hpp"

namespace infomax::analysis {
namespace {

NumberHistogram histogram_of(const std::vector<double>& numbers) {
  NumberHistogram histogram;
  for (const double x : numbers) {
    histogram.add(x);
  }
  return histogram;
}

void expect_equal(const NumberHistogram& a, const NumberHistogram& b) {
  EXPECT_EQ(a.width(), b.width());
  EXPECT_EQ(a.start(), b.start());
  EXPECT_EQ(a.counts(), b.counts());
}

std::vector<double> some_numbers() {
  const CounterRandom random(3, RandomStream::generation);
  std::vector<double> numbers{0.0, -0.0, 1e-300, -7.25, 1e6};
  for (std::uint64_t i = 0; i < 500; ++i) {
    numbers.push_back(random.normal(i) * 40.0 + 3.0);
  }
  return numbers;
}

TEST(NumberHistogram, CountsEachNumberInTheBinWhereItLies) {
  const auto numbers = some_numbers();
  const auto histogram = histogram_of(numbers);
  const auto counts = histogram.counts();
  ASSERT_LE(counts.size(), NumberHistogram::most_bins);
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), numbers.size());
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const double low = histogram.start() + static_cast<double>(k) * histogram.width();
    const auto inside = std::ranges::count_if(
        numbers, [&](double x) { return x >= low && x < low + histogram.width(); });
    EXPECT_EQ(counts[k], static_cast<std::uint64_t>(inside)) << "bin " << k;
  }
  EXPECT_GT(counts.front(), 0U);
  EXPECT_GT(counts.back(), 0U);
}

TEST(NumberHistogram, IsAsNarrowAsItsBinsAllow) {
  const auto histogram = histogram_of({0.0, 31.0});
  EXPECT_EQ(histogram.width(), 1.0);
  EXPECT_EQ(histogram.counts().size(), 32U);
  EXPECT_EQ(histogram_of({0.0, 32.0}).width(), 2.0);
  EXPECT_EQ(histogram_of({5.0, 5.0, 5.0}).counts(), std::vector<std::uint64_t>{3});
  EXPECT_TRUE(NumberHistogram().counts().empty());
}

TEST(NumberHistogram, DependsNeitherOnTheOrderNorOnHowNumbersAreShared) {
  auto numbers = some_numbers();
  const auto whole = histogram_of(numbers);
  std::ranges::reverse(numbers);
  expect_equal(histogram_of(numbers), whole);
  for (const std::size_t cut : {0U, 1U, 100U, 504U, 505U}) {
    const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(cut);
    auto first = histogram_of({numbers.begin(), middle});
    first.add(histogram_of({middle, numbers.end()}));
    expect_equal(first, whole);
  }
}

TEST(NumberHistogram, HoldsTheLargestNumbers) {
  const double large = std::numeric_limits<double>::max();
  const auto histogram = histogram_of({-large, large, 0.0});
  const auto counts = histogram.counts();
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), 3U);
}

}  // namespace
}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/normalization.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/random.hpp"
#include "infomax/data/rows.hpp"
#include "infomax/mpi/communicator.hpp"
#include "support/memory_rows.hpp"

namespace infomax::data {
namespace {

using testing::Each;
using testing::ElementsAre;

constexpr std::size_t sample_count = 501;
constexpr std::size_t columns = 3;

const mpi::Communicator& world() {
  static const mpi::Communicator all = mpi::Communicator::world();
  return all;
}

/// Columns of unlike mean and spread, far from 0 as against their spread.
std::vector<double> samples() {
  const CounterRandom random(3, RandomStream::generation);
  std::vector<double> values(sample_count * columns);
  for (std::size_t k = 0; k < values.size(); ++k) {
    const auto j = static_cast<double>(k % columns);
    values[k] = 1000.0 * (j - 1.0) + (j + 0.1) * random.normal(k);
  }
  return values;
}

template <class T>
Normalization fit(const std::vector<T>& values, std::size_t width, std::size_t block_count,
                  NormalizeMode mode) {
  const Blocks blocks(values.size() / width, block_count);
  const Shard shard = blocks.shard(world().rank(), world().size());
  return fit_normalization(world(), test::rows_of(values, width, shard.first_row, shard.row_count),
                           blocks, mode);
}

TEST(FitNormalization, StandardizesLikeTheDefinition) {
  const std::vector<double> values = samples();
  const Normalization fitted = fit(values, columns, 24, NormalizeMode::standardize);
  const Normalization centered = fit(values, columns, 24, NormalizeMode::center);

  ASSERT_EQ(fitted.columns(), columns);
  for (std::size_t j = 0; j < columns; ++j) {
    long double mean = 0.0L;
    for (std::size_t i = 0; i < sample_count; ++i) {
      mean += values[i * columns + j] / static_cast<long double>(sample_count);
    }
    long double variance = 0.0L;
    for (std::size_t i = 0; i < sample_count; ++i) {
      const long double d = values[i * columns + j] - mean;
      variance += d * d / static_cast<long double>(sample_count);
    }
    const auto expected_mean = static_cast<double>(mean);
    const auto expected_scale = static_cast<double>(1.0L / std::sqrt(variance));
    EXPECT_NEAR(fitted.shift[j], expected_mean, 1e-12 * std::abs(expected_mean) + 1e-14);
    EXPECT_NEAR(fitted.scale[j], expected_scale, 1e-12 * expected_scale);
    EXPECT_EQ(centered.shift[j], fitted.shift[j]);
    EXPECT_EQ(centered.scale[j], 1.0);
  }
}

TEST(FitNormalization, HasTheBitsThatOneRankGets) {
  const std::vector<double> values = samples();
  for (const std::size_t block_count : {2U, 24U, 600U}) {
    const Normalization fitted = fit(values, columns, block_count, NormalizeMode::standardize);

    // What one rank does: the blocks' sums about row 0, added in order.
    const Blocks blocks(sample_count, block_count);
    for (std::size_t j = 0; j < columns; ++j) {
      double sum = 0.0;
      double squares = 0.0;
      for (std::size_t v = 0; v < block_count; ++v) {
        double block_sum = 0.0;
        double block_squares = 0.0;
        for (std::size_t i = blocks.first_row(v); i < blocks.first_row(v + 1); ++i) {
          const double d = values[i * columns + j] - values[j];
          const double square = d * d;
          block_sum += d;
          block_squares += square;
        }
        sum += block_sum;
        squares += block_squares;
      }
      const double mean = sum / sample_count;
      EXPECT_EQ(fitted.shift[j], values[j] + mean);
      EXPECT_NEAR(fitted.scale[j], 1.0 / std::sqrt(squares / sample_count - mean * mean),
                  1e-15 * fitted.scale[j] * 4);
    }
    EXPECT_EQ(world().max(fitted.scale[0]), world().min(fitted.scale[0]));
  }
}

TEST(FitNormalization, ScalesTheWholeDataSetToOne) {
  std::vector<std::uint8_t> values(60, 7);
  values[3] = 2;
  values[59] = 252;
  const Normalization fitted = fit(values, 4, 5, NormalizeMode::scale);
  EXPECT_THAT(fitted.shift, Each(2.0));
  EXPECT_THAT(fitted.scale, Each(1.0 / 250.0));
}

TEST(FitNormalization, LeavesWhatIsConstantUnscaled) {
  std::vector<float> values;
  for (int i = 0; i < 40; ++i) {
    values.push_back(3.5F);
    values.push_back(static_cast<float>(i));
  }
  const Normalization standardized = fit(values, 2, 7, NormalizeMode::standardize);
  EXPECT_EQ(standardized.shift[0], 3.5);  // it becomes 0
  EXPECT_EQ(standardized.scale[0], 1.0);
  EXPECT_NEAR(standardized.scale[1], 1.0 / std::sqrt((40.0 * 40.0 - 1.0) / 12.0), 1e-12);

  const Normalization scaled = fit(std::vector<std::int32_t>(12, -4), 1, 5, NormalizeMode::scale);
  EXPECT_THAT(scaled.shift, ElementsAre(-4.0));
  EXPECT_THAT(scaled.scale, ElementsAre(1.0));
}

TEST(FitNormalization, NoneIsTheIdentity) {
  const Normalization fitted = fit(samples(), columns, 24, NormalizeMode::none);
  EXPECT_THAT(fitted.shift, Each(0.0));
  EXPECT_THAT(fitted.scale, Each(1.0));
}

TEST(FitNormalization, TakesMoreColumnsThanOneTable) {
  const std::size_t width = 5000;
  std::vector<float> values(4 * width);
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k] = static_cast<float>(k % width) + static_cast<float>(k / width);
  }
  const Normalization fitted = fit(values, width, 240, NormalizeMode::center);
  for (std::size_t j = 0; j < width; ++j) {
    ASSERT_EQ(fitted.shift[j], static_cast<double>(j) + 1.5);
  }
}

}  // namespace
}  // namespace infomax::data

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/random_rows.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include <Random123/philox.h>

namespace infomax::math {
namespace {

constexpr RandomRow row{
    .key = 0x123456789abcdef0, .index = (std::uint64_t{7} << 33U) + 5, .purpose = 3};

/// Word j as the documentation of a chunk has it, by Random123's own class.
std::uint32_t word(const RandomRow& from, std::size_t j) {
  const std::size_t chunk = j / 256;
  const std::size_t within = j % 256;
  const auto drawn = r123::Philox4x32()(
      {{static_cast<std::uint32_t>(64 * chunk + within % 64), from.purpose,
        static_cast<std::uint32_t>(from.index), static_cast<std::uint32_t>(from.index >> 32U)}},
      {{static_cast<std::uint32_t>(from.key), static_cast<std::uint32_t>(from.key >> 32U)}});
  return drawn[within / 64];
}

TEST(RandomRows, DropsWhereItsWordIsBelowTheProbability) {
  std::vector<double> values(1000, 2.0);

  drop(row, 0.25, 4.0 / 3.0, std::span<double>(values));

  std::size_t dropped = 0;
  for (std::size_t j = 0; j < values.size(); ++j) {
    const bool below = word(row, j) < 0x40000000U;
    EXPECT_EQ(values[j], below ? 0.0 : 8.0 / 3.0) << j;
    dropped += below ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(dropped), 250.0, 60.0);
}

TEST(RandomRows, NormalsAreBoxAndMullers) {
  std::vector<double> values(700, 1.0);

  add_normals(row, 0.5, std::span<double>(values));

  for (std::size_t j = 0; j < values.size(); ++j) {
    const std::size_t base = j - j % 256;
    const std::size_t i = j % 128;
    const double u = (static_cast<double>(word(row, base + i) >> 8U) + 0.5) * 0x1p-24;
    const double angle = M_PI * static_cast<double>(word(row, base + 128 + i) >> 8U) * 0x1p-23;
    const double radius = std::sqrt(-2.0 * std::log(u));
    const double normal = radius * (j % 256 < 128 ? std::cos(angle) : std::sin(angle));
    EXPECT_NEAR(values[j], 1.0 + 0.5 * normal, 3e-6) << j;
  }
}

TEST(RandomRows, AreTheSameHoweverLongTheRowIs) {
  std::vector<float> whole(513, 0.0F);
  std::vector<float> part(300, 0.0F);

  add_normals(row, 1.0F, std::span<float>(whole));
  add_normals(row, 1.0F, std::span<float>(part));

  for (std::size_t j = 0; j < part.size(); ++j) {
    EXPECT_EQ(part[j], whole[j]) << j;
  }
}

TEST(RandomRows, HaveTheMomentsOfTheNormalDistribution) {
  constexpr std::size_t rows = 2000;
  constexpr std::size_t columns = 500;
  double sums[5] = {};
  for (std::size_t i = 0; i < rows; ++i) {
    std::vector<float> values(columns, 0.0F);
    add_normals({.key = 1, .index = i, .purpose = 0}, 1.0F, std::span<float>(values));
    for (const double value : values) {
      double power = 1.0;
      for (double& sum : sums) {
        sum += power;
        power *= value;
      }
    }
  }
  // Standard errors of a million draws: 1e-3 of the mean, 1.4e-3, 3.9e-3 and 9.8e-3 of the others.
  EXPECT_NEAR(sums[1] / sums[0], 0.0, 5e-3);
  EXPECT_NEAR(sums[2] / sums[0], 1.0, 7e-3);
  EXPECT_NEAR(sums[3] / sums[0], 0.0, 2e-2);
  EXPECT_NEAR(sums[4] / sums[0], 3.0, 5e-2);
}

TEST(RandomRows, DifferByKeyIndexAndPurpose) {
  const auto first = [](const RandomRow& from) {
    float value = 0.0F;
    add_normals(from, 1.0F, std::span<float>(&value, 1));
    return value;
  };
  RandomRow other = row;
  other.key += std::uint64_t{1} << 40U;
  EXPECT_NE(first(row), first(other));
  other = row;
  other.index += std::uint64_t{1} << 40U;
  EXPECT_NE(first(row), first(other));
  other = row;
  ++other.purpose;
  EXPECT_NE(first(row), first(other));
}

}  // namespace
}  // namespace infomax::math

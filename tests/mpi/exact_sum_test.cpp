// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/stats/exact_sum.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/random.hpp"
#include "support/same_bits.hpp"

namespace infomax::stats {
namespace {

using Vectors = std::vector<std::vector<double>>;

/// Addends of all magnitudes, many of them near the boundaries of limbs.
Vectors keyed_vectors(std::size_t count, std::size_t size, int spread) {
  const CounterRandom random(7, RandomStream::generation);
  Vectors vectors(count, std::vector<double>(size));
  std::uint64_t index = 0;
  for (auto& vector : vectors) {
    for (double& value : vector) {
      const auto multiple =
          static_cast<int>(random.below(2 * static_cast<std::uint64_t>(spread) + 1, index++)) -
          spread;
      const auto beside = static_cast<int>(random.below(5, index++)) - 2;
      value = std::ldexp(random.normal(index++), multiple * math::limb_bits + beside);
    }
  }
  return vectors;
}

template <class T>
std::vector<T> sum_of(const Vectors& vectors, std::size_t limbs, std::size_t first,
                      std::size_t count, bool backwards, const mpi::Communicator& communicator) {
  ExactSum sum(limbs);
  sum.start(vectors[0].size());
  for (std::size_t k = 0; k < count; ++k) {
    const auto& vector = vectors[first + (backwards ? count - 1 - k : k)];
    const std::vector<T> rounded(vector.begin(), vector.end());
    // In two pieces, which do not end where chunks do.
    const std::size_t cut = (31 * k) % rounded.size();
    sum.add<T>(cut, std::span(rounded).subspan(cut));
    sum.add<T>(0, std::span(rounded).first(cut));
  }
  std::vector<T> result(vectors[0].size(), T{77});
  sum.finish(communicator, std::span<T>(result));
  return result;
}

/// Of all ranks together, each with an unequal share of the vectors, rank 1 with none.
template <class T>
std::vector<T> dealt(const Vectors& vectors, std::size_t limbs) {
  const auto world = mpi::Communicator::world();
  std::size_t before = 0;
  std::size_t own = 0;
  std::size_t total = 0;
  for (int rank = 0; rank < world.size(); ++rank) {
    const std::size_t weight = rank == 1 ? 0 : static_cast<std::size_t>(rank) + 2;
    before += rank < world.rank() ? weight : 0;
    own = rank == world.rank() ? weight : own;
    total += weight;
  }
  const std::size_t first = vectors.size() * before / total;
  const std::size_t end = vectors.size() * (before + own) / total;
  return sum_of<T>(vectors, limbs, first, end - first, true, world);
}

template <class T>
std::vector<T> alone(const Vectors& vectors, std::size_t limbs, bool backwards) {
  const auto world = mpi::Communicator::world();
  return sum_of<T>(vectors, limbs, 0, vectors.size(), backwards, world.split(world.rank()));
}

template <class T>
void expect_same_bits(const Vectors& vectors, std::size_t limbs) {
  const auto expected = alone<T>(vectors, limbs, false);
  const std::array<std::vector<T>, 2> others{alone<T>(vectors, limbs, true),
                                             dealt<T>(vectors, limbs)};
  for (const auto& other : others) {
    ASSERT_EQ(other.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_TRUE(std::isfinite(expected[i])) << "element " << i;
      EXPECT_TRUE(test::same_bits(other[i], expected[i]))
          << "element " << i << ", " << limbs << " limbs: " << other[i] << ", " << expected[i];
    }
  }
}

TEST(ExactSum, HasTheSameBitsHoweverAddendsAreDealt) {
  for (const std::size_t limbs : {2UL, 3UL}) {
    for (const int spread : {0, 1, 2, 5}) {
      const Vectors vectors = keyed_vectors(37, 300, spread);
      expect_same_bits<double>(vectors, limbs);
      if (spread < 3) {
        expect_same_bits<float>(vectors, limbs);
      }
    }
  }
}

TEST(ExactSum, IsWithinItsUnitsOfTheSum) {
  const Vectors vectors = keyed_vectors(37, 300, 1);
  for (const std::size_t limbs : {2UL, 3UL}) {
    const auto sums = dealt<double>(vectors, limbs);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      long double expected = 0;
      for (const auto& vector : vectors) {
        expected += vector[i];
      }
      double largest = 0.0;
      const std::size_t chunk = i / math::limb_chunk * math::limb_chunk;
      for (const auto& vector : vectors) {
        for (std::size_t j = chunk; j < std::min(chunk + math::limb_chunk, vector.size()); ++j) {
          largest = std::max(largest, std::abs(vector[j]));
        }
      }
      const double unit = std::ldexp(largest, 1 - math::limb_bits * (static_cast<int>(limbs) - 1));
      const auto rounding = 4 * std::numeric_limits<double>::epsilon() * std::abs(expected);
      EXPECT_LE(std::abs(static_cast<long double>(sums[i]) - expected), 37 * unit / 2 + rounding)
          << "element " << i << ", " << limbs << " limbs";
    }
  }
}

TEST(ExactSum, CancelsExactly) {
  const Vectors vectors{{1e16, 3.0, -0.5}, {1.0, 0x1p-38, 0.25}, {-1e16, -3.0, 0.25}};
  const auto sums = dealt<double>(vectors, 3);
  EXPECT_EQ(sums, (std::vector<double>{1.0, 0x1p-38, 0.0}));
}

TEST(ExactSum, ReachesToTheEndsOfTheRange) {
  constexpr double least = std::numeric_limits<double>::denorm_min();
  constexpr double most = std::numeric_limits<double>::max();
  EXPECT_EQ(dealt<double>({{least}, {least}, {-4 * least}}, 3), std::vector<double>{-2 * least});
  EXPECT_EQ(dealt<double>({{most}, {-most / 2}, {0.0}}, 3), std::vector<double>{most / 2});
  EXPECT_EQ(dealt<double>({{0.0}, {-0.0}}, 3), std::vector<double>{0.0});
}

TEST(ExactSum, KeepsWhatIsNotFiniteToItsElement) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto sums = dealt<double>(
      {{1.0, infinity, 2.0, 1.0}, {1.0, 5.0, std::nan(""), 2.0}, {1.0, 5.0, 1.0, -infinity}}, 3);
  EXPECT_EQ(sums[0], 3.0);
  EXPECT_EQ(sums[1], infinity);
  EXPECT_TRUE(std::isnan(sums[2]));
  EXPECT_EQ(sums[3], -infinity);
}

}  // namespace
}  // namespace infomax::stats

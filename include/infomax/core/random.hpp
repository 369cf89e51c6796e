// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>

namespace infomax {

/// The purpose of a random number. Streams of different purposes never overlap.
enum class RandomStream : std::uint64_t {
  initialization = 1,  ///< initial parameters
  permutation = 2,     ///< orders of rows
  generation = 3,      ///< synthetic data
  pass = 4,            ///< keys of the numbers that a training pass draws
  augmentation = 5,    ///< random changes of rows
  held_out = 9,        ///< samples that are chosen: held out, drawn, or compared
  test_rows = 10,      ///< rows that an import puts into its test file
  pairing = 12,        ///< orders in which a test by permutation pairs samples
  prior = 13,          ///< samples of a prior distribution
  resampling = 14,     ///< rows that a bootstrap draws
  shuffling = 15,      ///< keys by which rows of files are ordered
  search = 16,         ///< settings that a search draws
};

/// A counter-based random number generator: Philox 4x64-10 (Salmon et al. 2011, "Parallel random
/// numbers: as easy as 1, 2, 3"). A number is a pure function of (seed, stream, major, minor,
/// index), so every rank can compute every number, in any order, and all ranks agree.
class CounterRandom {
 public:
  /// `major` and `minor` number independent sequences of one stream, such as epochs and blocks.
  CounterRandom(std::uint64_t seed, RandomStream stream, std::uint64_t major = 0,
                std::uint64_t minor = 0)
      : seed_(seed), stream_(static_cast<std::uint64_t>(stream)), major_(major), minor_(minor) {}

  /// Returns four independent, uniform 64-bit words.
  [[nodiscard]] std::array<std::uint64_t, 4> words(std::uint64_t index) const;

  /// Returns a number uniform on the open interval (0, 1).
  [[nodiscard]] double uniform(std::uint64_t index) const;

  /// Returns a standard normal number, by the Box-Muller transform of two words.
  [[nodiscard]] double normal(std::uint64_t index) const;

  /// Returns an integer uniform on {0, ..., bound - 1}, bound > 0. It multiplies, with a bias below
  /// bound / 2^64.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound, std::uint64_t index) const;

 private:
  std::uint64_t seed_;
  std::uint64_t stream_;
  std::uint64_t major_;
  std::uint64_t minor_;
};

}  // namespace infomax

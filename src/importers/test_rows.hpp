// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include "infomax/core/random.hpp"

namespace infomax::importers {

/// Chooses which of N rows go to a test file, one after another: the share's number of them, each
/// choice as likely as any other, a function of the seed alone. Source: selection sampling, Knuth,
/// The Art of Computer Programming 2, algorithm 3.4.2 S.
class TestRows {
 public:
  /// The number is `fraction` of the rows, rounded, such that both files have at least one. Throws
  /// DataError where there are fewer than two rows.
  TestRows(std::size_t rows, double fraction, std::uint64_t seed);

  [[nodiscard]] std::size_t count() const { return count_; }

  /// Whether the next row is one; called for each row once.
  [[nodiscard]] bool take_next();

 private:
  std::size_t rows_;
  std::size_t count_;
  CounterRandom random_;
  std::size_t row_ = 0;
  std::size_t taken_ = 0;
};

}  // namespace infomax::importers

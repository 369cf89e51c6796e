// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include "infomax/core/random.hpp"

namespace infomax::importers {

/// Decides for one row after another whether it goes to the test file. The number of test rows is
/// fixed, all choices are equally likely, and the choice is a function of the seed alone. Source:
/// selection sampling, Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S.
class TestRows {
 public:
  /// The number of test rows is `fraction` of `rows`, rounded and at least one; at least one row
  /// remains. Throws DataError if there are fewer than two rows.
  TestRows(std::size_t rows, double fraction, std::uint64_t seed);

  [[nodiscard]] std::size_t count() const { return count_; }

  /// Whether the next row is a test row. Called once for each row.
  [[nodiscard]] bool take_next();

 private:
  std::size_t rows_;
  std::size_t count_ = 0;
  CounterRandom random_;
  std::size_t row_ = 0;
  std::size_t taken_ = 0;
};

}  // namespace infomax::importers

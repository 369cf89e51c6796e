// SPDX-License-Identifier: BSD-3-Clause
#include "importers/test_rows.hpp"

#include <algorithm>
#include <cmath>

#include "infomax/core/error.hpp"

namespace infomax::importers {

TestRows::TestRows(std::size_t rows, double fraction, std::uint64_t seed)
    : rows_(rows), random_(seed, RandomStream::test_rows) {
  if (rows < 2) {
    throw DataError("a single row cannot be split; import it without `test_fraction`");
  }
  const auto wanted = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(rows)));
  count_ = std::clamp<std::size_t>(wanted, 1, rows - 1);
}

bool TestRows::take_next() {
  const std::uint64_t drawn = random_.below(rows_ - row_, row_);
  ++row_;
  const bool take = drawn < count_ - taken_;
  taken_ += take ? 1 : 0;
  return take;
}

}  // namespace infomax::importers

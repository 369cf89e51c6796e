// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace infomax::importers {

/// The steps of rows as RowFile::step_counts() has them: none where all rows have all `steps`.
template <class Number>
[[nodiscard]] std::vector<std::uint32_t> step_counts_of(const std::vector<Number>& counts,
                                                        std::size_t steps) {
  if (std::ranges::all_of(counts, [&](Number count) { return count == steps; })) {
    return {};
  }
  std::vector<std::uint32_t> found;
  found.reserve(counts.size());
  for (const Number count : counts) {
    found.push_back(static_cast<std::uint32_t>(count));
  }
  return found;
}

}  // namespace infomax::importers

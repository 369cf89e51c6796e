// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include "infomax/stats/moments.hpp"

/// @file
/// N: global rows. B: local rows. p, q: columns of a and b. P: ranks.

namespace infomax::stats {

/// A batch as the memory for its statistics depends on it.
struct BatchExtent {
  std::size_t rows = 0;           ///< N
  std::size_t local_rows = 0;     ///< B
  std::size_t p = 0;              ///< columns of a
  std::size_t q = 0;              ///< columns of b
  std::size_t ranks = 1;          ///< P
  std::size_t element_bytes = 4;  ///< of the rows' type
  bool data_a = false;            ///< whether rows of a are converted when they are read
  bool data_b = false;            ///< the same of b
  bool wanted_a = false;          ///< whether a gradient by a is wanted
  bool wanted_b = false;          ///< the same of b
  bool same_bits = false;         ///< whether rows have parts
};

/// Memory of which some is held from one batch to the next, and some only for a while.
struct MemoryUse {
  std::size_t kept = 0;     ///< from the first batch on
  std::size_t passing = 0;  ///< at most, besides

  /// At most, at one time.
  [[nodiscard]] std::size_t peak() const { return kept + passing; }
  /// That of two uses one after the other.
  MemoryUse& operator+=(const MemoryUse& other);
};

/// The memory of MeanPass.
[[nodiscard]] MemoryUse mean_memory(const BatchExtent& batch);

/// The memory of MomentPass, and where a gradient is wanted of MomentGradient and MomentPullBack,
/// for the columns of both sides as they are.
[[nodiscard]] MemoryUse moment_memory(const MomentNeeds& needs, const BatchExtent& batch);

/// The memory of GramCoordinates for `sides` sources of a batch's rows of so many columns. `used`
/// is whether the slices are kept for restore() or pull_back().
[[nodiscard]] MemoryUse gram_memory(const BatchExtent& batch, std::size_t columns, bool used,
                                    std::size_t sides = 1);

/// The batch whose sides are what CompactMoments makes of them: as wide as coordinates are where a
/// side is wide and these moments are needed, and in double where any side is.
[[nodiscard]] BatchExtent compact_extent(const MomentNeeds& needs, const BatchExtent& batch);

}  // namespace infomax::stats

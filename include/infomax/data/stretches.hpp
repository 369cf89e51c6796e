// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "infomax/data/datasets.hpp"
#include "infomax/data/row_store.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::data {

/// Consecutive elements [first, first + count) of a sequence: rows of a data set, or lagged pairs.
struct Stretch {
  std::size_t first = 0;  ///< number of the first one
  std::size_t count = 0;  ///< how many

  /// The number after the last one.
  [[nodiscard]] std::size_t end() const { return first + count; }
  /// True if both are the same elements.
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

/// Adds a stretch that begins after the others begin, joined to the last one where they touch or
/// overlap.
void append(std::vector<Stretch>& stretches, const Stretch& next);

/// The elements of all stretches together.
[[nodiscard]] std::size_t total(std::span<const Stretch> stretches);

/// The part of the stretches that has their elements number [first, first + count), counted through
/// all of them.
[[nodiscard]] std::vector<Stretch> cut(std::span<const Stretch> stretches, std::size_t first,
                                       std::size_t count);

/// Collective. Loads this rank's stretches of rows, which ascend without overlaps, and nothing
/// between them: local row i is the i-th row of all of them, and keeps its number in the data set.
/// Ranks may pass different numbers of stretches. Throws as Datasets::load.
[[nodiscard]] std::shared_ptr<const RowStore> load_stretches(const mpi::Communicator& communicator,
                                                             Datasets& source,
                                                             const std::string& dataset,
                                                             std::span<const Stretch> stretches);

}  // namespace infomax::data

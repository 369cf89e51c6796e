// SPDX-License-Identifier: BSD-3-Clause
#include "importers/row_file.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "infomax/core/error.hpp"

namespace infomax::importers {

void RowFile::declare(hdf5::ElementType type, std::vector<std::size_t> shape) {
  if (shape.empty()) {
    throw DataError(where_ + " is a single number; data sets need rows along a first axis");
  }
  if (std::find(shape.begin(), shape.end(), 0U) != shape.end()) {
    throw DataError(where_ + " has no elements; there is nothing to import");
  }
  // Limits the size of all rows together, so that no product of sizes overflows.
  constexpr std::size_t most_bytes = std::numeric_limits<std::size_t>::max() / 4;
  std::size_t bytes = hdf5::size(type);
  for (const std::size_t extent : shape) {
    if (bytes > most_bytes / extent) {
      throw DataError(where_ + " declares more bytes than any disk holds; is it damaged?");
    }
    bytes *= extent;
  }
  type_ = type;
  row_bytes_ = bytes / shape.front();
  shape_ = std::move(shape);
}

}  // namespace infomax::importers

// SPDX-License-Identifier: BSD-3-Clause
#include "importers/row_file.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::importers {

void RowFile::declare(hdf5::ElementType type, std::vector<std::size_t> shape) {
  if (shape.empty()) {
    throw DataError(where_ + " is a single number; data sets need rows along a first axis");
  }
  if (std::find(shape.begin(), shape.end(), 0U) != shape.end()) {
    throw DataError(where_ + " has no elements; there is nothing to import");
  }
  // An import holds at least one row in memory, and copies all of them in one process. What is
  // beyond these limits is a damaged header.
  constexpr std::size_t most_bytes = std::size_t{1} << 50U;
  constexpr std::size_t most_row_bytes = std::size_t{1} << 32U;
  std::size_t bytes = hdf5::size(type);
  for (const std::size_t extent : shape) {
    if (bytes > most_bytes / extent) {
      throw DataError(where_ + " declares more bytes than any disk holds; is it damaged?");
    }
    bytes *= extent;
  }
  if (bytes / shape.front() > most_row_bytes) {
    throw DataError(fmt::format(
        "{} declares rows of {} bytes, and a row may have {}; is it damaged, or transposed?",
        where_, bytes / shape.front(), most_row_bytes));
  }
  type_ = type;
  row_bytes_ = bytes / shape.front();
  shape_ = std::move(shape);
}

}  // namespace infomax::importers

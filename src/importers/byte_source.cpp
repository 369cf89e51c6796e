// SPDX-License-Identifier: BSD-3-Clause
#include "importers/byte_source.hpp"

#include <algorithm>
#include <array>

#include "infomax/core/error.hpp"

namespace infomax::importers {

void ByteSource::refuse_early_end() const {
  throw DataError(where_ + " ends before the data that its header declares; download it again");
}

void ByteSource::read(std::span<std::byte> bytes) {
  if (read_some(bytes) != bytes.size()) {
    refuse_early_end();
  }
}

void ByteSource::expect_end() {
  std::array<std::byte, 1> beyond{};
  if (read_some(beyond) != 0) {
    throw DataError(where_ + " has more data than its header declares; is it damaged?");
  }
}

void reverse_elements(std::span<std::byte> elements, std::size_t size) {
  if (size > 1) {
    for (std::size_t first = 0; first < elements.size(); first += size) {
      const auto element = elements.subspan(first, size);
      std::reverse(element.begin(), element.end());
    }
  }
}

}  // namespace infomax::importers

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/tokens.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::data {

void require_tokens_below(const mpi::Communicator& communicator, const RowStore& rows,
                          std::size_t tokens) {
  if (!hdf5::is_integer(rows.type())) {
    throw DataError(
        fmt::format("{} holds {}; an encoder that begins with \"embedding\" reads token ids, which "
                    "are integers",
                    rows.where(), hdf5::name(rows.type())));
  }
  constexpr auto none = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t place = none;
  std::int64_t wrong = 0;
  rows.scan_elements([&](std::size_t first, auto elements) {
    if (place != none) {
      return;
    }
    // A negative id becomes a huge one, and is refused with it.
    const auto found = std::ranges::find_if(elements, [&](auto element) {
      return static_cast<std::uint64_t>(static_cast<std::int64_t>(element)) >= tokens;
    });
    if (found != elements.end()) {
      const auto at = static_cast<std::size_t>(found - elements.begin());
      place =
          rows.row_number(first + at / rows.features()) * rows.features() + at % rows.features();
      // NOLINTNEXTLINE(bugprone-signed-char-misuse): a number
      wrong = static_cast<std::int64_t>(*found);
    }
  });
  const std::uint64_t first = communicator.min(place);
  if (first == none) {
    return;
  }
  const std::int64_t id = place == first ? wrong : std::numeric_limits<std::int64_t>::min();
  throw DataError(
      fmt::format("{} has the token {} at row {}, step {} (counting from 0), and the encoder's "
                  "\"embedding\" has "
                  "the tokens 0 to {}; give it more, or other data",
                  rows.where(), communicator.max(id), first / rows.features(),
                  first % rows.features(), tokens - 1));
}

}  // namespace infomax::data

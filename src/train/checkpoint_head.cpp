// SPDX-License-Identifier: BSD-3-Clause
#include "train/checkpoint_head.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "infomax/core/checksum.hpp"

namespace infomax::train {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

template <class Number>
bool take(std::string_view& text, std::string_view label, Number& number, int base) {
  if (!text.starts_with(label)) {
    return false;
  }
  text.remove_prefix(label.size());
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return status == std::errc{};
}

}  // namespace

Block to_block(const Header& header) {
  std::string text = fmt::format("infomax-checkpoint version {} bytes {} crc32 {:08x}",
                                 header.version, header.size_bytes, header.body);
  text += fmt::format(" header {:08x}\n", checksum(bytes_of(text)));
  Block block{};
  std::ranges::copy(bytes_of(text), block.begin());
  return block;
}

std::optional<Header> from_block(std::span<const std::byte> block) {
  std::string_view text(reinterpret_cast<const char*>(block.data()), block.size());
  Header header;
  const bool parsed = take(text, "infomax-checkpoint version ", header.version, 10) &&
                      take(text, " bytes ", header.size_bytes, 10) &&
                      take(text, " crc32 ", header.body, 16);
  return parsed && std::ranges::equal(block, to_block(header)) ? std::optional(header)
                                                               : std::nullopt;
}

}  // namespace infomax::train

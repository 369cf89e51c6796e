// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace infomax::train {

/// A checkpoint begins with as many bytes that tell what the others must be.
inline constexpr std::size_t header_bytes = 512;
inline constexpr std::uint64_t format_version = 1;

struct Header {
  std::uint64_t version = 0;
  std::uint64_t size_bytes = 0;  ///< of the whole file
  std::uint32_t body = 0;        ///< checksum of what follows the header
};

using Block = std::array<std::byte, header_bytes>;

/// Text that `head` shows; the header's own checksum tells damage from another version.
[[nodiscard]] Block to_block(const Header& header);

/// Nothing unless every byte of the block is what to_block() makes of the header in it.
[[nodiscard]] std::optional<Header> from_block(std::span<const std::byte> block);

}  // namespace infomax::train

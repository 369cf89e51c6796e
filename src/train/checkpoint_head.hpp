// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace infomax::train {

/// The length of the header, which says what the rest of a checkpoint must be.
inline constexpr std::size_t header_bytes = 512;
inline constexpr std::uint64_t format_version = 1;

struct Header {
  std::uint64_t version = 0;
  std::uint64_t size_bytes = 0;  ///< of the whole file
  std::uint32_t body = 0;        ///< checksum of everything behind the header
};

using Block = std::array<std::byte, header_bytes>;

/// Returns the header as text, readable by `head`. Its own checksum distinguishes damage from
/// another version.
[[nodiscard]] Block to_block(const Header& header);

/// Returns nothing unless every byte of the block is the one that to_block() writes.
[[nodiscard]] std::optional<Header> from_block(std::span<const std::byte> block);

}  // namespace infomax::train

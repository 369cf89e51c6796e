// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace infomax {

/// The CRC-32 of zlib and Ethernet. `before` is the checksum of the bytes that precede these, 0 if
/// there are none. Detects every change of up to 32 neighbouring bits, and any other change with a
/// probability of 1 - 2^-32.
[[nodiscard]] std::uint32_t checksum(std::span<const std::byte> bytes, std::uint32_t before = 0);

/// The checksum of two byte sequences joined together: the first has the checksum `before`; the
/// second has `bytes` bytes and the checksum `after`.
[[nodiscard]] std::uint32_t joined_checksum(std::uint32_t before, std::uint32_t after,
                                            std::uint64_t bytes);

/// The checksum of a file's bytes as text, "crc32:0a1b2c3d". It distinguishes versions of a file
/// and does not protect against forgery. Throws DataError if the file cannot be read.
[[nodiscard]] std::string file_checksum(const std::filesystem::path& path);

}  // namespace infomax

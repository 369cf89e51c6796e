// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace infomax {

/// CRC-32 (that of zlib and Ethernet) of bytes that follow others whose checksum is `before`; of
/// nothing it is 0. Finds any change of up to 32 neighbouring bits, and others but for one in 2^32.
[[nodiscard]] std::uint32_t checksum(std::span<const std::byte> bytes, std::uint32_t before = 0);

/// That of bytes whose checksum is `before` and, behind them, `bytes` others whose own is `after`.
[[nodiscard]] std::uint32_t joined_checksum(std::uint32_t before, std::uint32_t after,
                                            std::uint64_t bytes);

/// "crc32:0a1b2c3d" of a file's bytes: tells versions of a file apart, not forgeries. Throws
/// DataError where it cannot be read.
[[nodiscard]] std::string file_checksum(const std::filesystem::path& path);

}  // namespace infomax

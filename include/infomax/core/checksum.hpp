#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace infomax {

/// CRC-32 (that of zlib and Ethernet) of bytes that follow others whose checksum is `before`; of
/// nothing it is 0. Finds any change of up to 32 neighbouring bits, and others but for one in 2^32.
[[nodiscard]] std::uint32_t checksum(std::span<const std::byte> bytes, std::uint32_t before = 0);

}  // namespace infomax

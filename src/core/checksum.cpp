#include "infomax/core/checksum.hpp"

#include <zlib.h>

namespace infomax {

std::uint32_t checksum(std::span<const std::byte> bytes, std::uint32_t before) {
  return static_cast<std::uint32_t>(
      crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace infomax

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/checksum.hpp"

#include <fstream>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>

#include "infomax/core/error.hpp"

namespace infomax {

std::uint32_t checksum(std::span<const std::byte> bytes, std::uint32_t before) {
  return static_cast<std::uint32_t>(
      crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::uint32_t joined_checksum(std::uint32_t before, std::uint32_t after, std::uint64_t bytes) {
  return static_cast<std::uint32_t>(crc32_combine(before, after, static_cast<z_off_t>(bytes)));
}

std::string file_checksum(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> piece(std::size_t{1} << 20U);
  std::uint32_t sum = 0;
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    sum = checksum(std::as_bytes(std::span(piece).first(static_cast<std::size_t>(file.gcount()))),
                   sum);
  }
  if (!file.eof()) {
    throw DataError("cannot read " + path.string() + "; check the path");
  }
  return fmt::format("crc32:{:08x}", sum);
}

}  // namespace infomax

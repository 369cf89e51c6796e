#include "infomax/core/file_checksum.hpp"

#include <fstream>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>

#include "infomax/core/error.hpp"

namespace infomax {

std::string file_checksum(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> part(std::size_t{1} << 20U);
  uLong sum = crc32(0, nullptr, 0);
  while (file) {
    file.read(part.data(), static_cast<std::streamsize>(part.size()));
    sum = crc32(sum, reinterpret_cast<const Bytef*>(part.data()), static_cast<uInt>(file.gcount()));
  }
  if (!file.eof()) {
    throw DataError("cannot read " + path.string() + "; check the path");
  }
  return fmt::format("crc32:{:08x}", sum);
}

}  // namespace infomax

#pragma once

#include <filesystem>
#include <string>

namespace infomax {

/// "crc32:0a1b2c3d" of a file's bytes: tells versions of a file apart, not forgeries. Throws
/// DataError where it cannot be read.
[[nodiscard]] std::string file_checksum(const std::filesystem::path& path);

}  // namespace infomax

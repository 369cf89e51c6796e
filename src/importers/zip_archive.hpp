// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "importers/byte_source.hpp"

namespace infomax::importers {

/// A file in an archive.
struct ZipMember {
  std::string name;
  std::uint64_t header_offset = 0;  ///< of its local header in the archive
  std::uint64_t packed_bytes = 0;
  std::uint64_t bytes = 0;  ///< unpacked
  std::uint32_t checksum = 0;
  bool is_deflated = false;  ///< otherwise it is stored as it is
};

/// Returns the members of a zip archive, in the order of its directory, also of one above 4 GiB
/// (ZIP64). Throws DataError if the archive is damaged, encrypted, in parts, or compressed by
/// another method than deflate. Source: PKWARE's APPNOTE 6.3.
[[nodiscard]] std::vector<ZipMember> list_zip(const std::filesystem::path& path);

/// Opens a member for reading. What is read from the first byte to the last is compared with its
/// checksum. Throws DataError.
[[nodiscard]] std::unique_ptr<ByteSource> open_zip_member(const std::filesystem::path& path,
                                                          const ZipMember& member);

}  // namespace infomax::importers

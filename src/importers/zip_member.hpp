// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <zlib.h>

#include "importers/byte_source.hpp"
#include "importers/zip_archive.hpp"
#include "infomax/core/matrix.hpp"

namespace infomax::importers {

/// The number that stands at `place`, the byte of lowest value first. The text has it whole.
template <class T>
[[nodiscard]] T little_endian(std::string_view text, std::size_t place) {
  std::uint64_t value = 0;
  for (std::size_t k = sizeof(T); k > 0; --k) {
    value = value << 8U | static_cast<unsigned char>(text[place + k - 1]);
  }
  return static_cast<T>(value);
}

/// Throws DataError if the flags of a member, which `where` names, say that it is encrypted.
void require_plain(std::uint16_t flags, const std::string& where);

/// The bytes of a member of a zip archive, unpacked.
class ZipMemberSource final : public ByteSource {
 public:
  /// Throws DataError if the archive has no such member, or has it encrypted.
  ZipMemberSource(const std::filesystem::path& path, const ZipMember& member);

  [[nodiscard]] std::size_t read_some(std::span<std::byte> bytes) override;
  void skip(std::size_t bytes) override;
  void rewind() override;
  void require_room_for(std::size_t bytes) override;

 private:
  struct End {
    void operator()(z_stream* stream) const {
      inflateEnd(stream);
      delete stream;
    }
  };

  void read_packed();
  std::size_t inflate_some(std::span<std::byte> bytes);
  [[noreturn]] void refuse_damage() const;

  ZipMember member_;
  std::ifstream file_;
  std::uint64_t data_offset_ = 0;  ///< in the archive
  std::uint64_t packed_read_ = 0;  ///< bytes of the packed data that were read
  std::uint64_t produced_ = 0;     ///< unpacked bytes that were returned or skipped
  std::unique_ptr<z_stream, End> stream_;
  Buffer<std::byte> packed_;
  std::uint32_t checksum_ = 0;
  bool skipped_ = false;  ///< whether bytes were passed over without being read
};

}  // namespace infomax::importers

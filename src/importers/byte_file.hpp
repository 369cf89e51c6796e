// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

#include <zlib.h>

#include "importers/byte_source.hpp"

namespace infomax::importers {

/// The bytes of a file, plain or compressed by gzip.
class ByteFile final : public ByteSource {
 public:
  /// Throws DataError if the file cannot be read.
  explicit ByteFile(std::filesystem::path path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Whether the file is compressed.
  [[nodiscard]] bool is_compressed() { return gzdirect(file_.get()) == 0; }

  [[nodiscard]] std::size_t read_some(std::span<std::byte> bytes) override;
  void skip(std::size_t bytes) override;
  void rewind() override;

  /// Whether a compressed file was truncated. A truncated plain file cannot be recognised.
  [[nodiscard]] bool broke_off() const { return broke_off_; }

  /// A plain file holds its size; a compressed file holds at most what deflate can compress.
  void require_room_for(std::size_t bytes) override;

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };

  std::filesystem::path path_;
  std::unique_ptr<gzFile_s, Close> file_;
  bool broke_off_ = false;
};

}  // namespace infomax::importers

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

#include <zlib.h>

namespace infomax::importers {

/// The bytes of a file, plain or compressed by gzip, from its start to its end.
class ByteFile {
 public:
  /// Throws DataError where it cannot be read.
  explicit ByteFile(std::filesystem::path path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Whether the file is compressed.
  [[nodiscard]] bool is_compressed() { return gzdirect(file_.get()) == 0; }

  /// Fewer bytes than asked for at the end of the file, also where a compressed one breaks off.
  /// Throws DataError where it is damaged.
  [[nodiscard]] std::size_t read_some(std::span<std::byte> bytes);

  /// Whether a compressed file broke off, which the end of plain ones does not show.
  [[nodiscard]] bool broke_off() const { return broke_off_; }

  /// Throws DataError where the file cannot hold this many bytes, so that nobody makes room for
  /// them: all of a plain file, what deflate can make of a compressed one.
  void require_room_for(std::size_t bytes);

  /// All of `bytes`. Throws DataError where the file ends before.
  void read(std::span<std::byte> bytes);

  /// Throws DataError unless the file ends here.
  void expect_end();

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };

  std::filesystem::path path_;
  std::unique_ptr<gzFile_s, Close> file_;
  bool broke_off_ = false;
};

/// Turns the bytes of each element, of `size`, around.
void reverse_elements(std::span<std::byte> elements, std::size_t size);

}  // namespace infomax::importers

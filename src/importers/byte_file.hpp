// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

#include <zlib.h>

namespace infomax::importers {

/// Reads the bytes of a file, plain or compressed by gzip, from its start to its end.
class ByteFile {
 public:
  /// Throws DataError if the file cannot be read.
  explicit ByteFile(std::filesystem::path path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Whether the file is compressed.
  [[nodiscard]] bool is_compressed() { return gzdirect(file_.get()) == 0; }

  /// Reads bytes and returns their number, which is smaller than requested at the end of the file,
  /// also if a compressed file is truncated. Throws DataError if the file is damaged.
  [[nodiscard]] std::size_t read_some(std::span<std::byte> bytes);

  /// Whether a compressed file was truncated. A truncated plain file cannot be recognised.
  [[nodiscard]] bool broke_off() const { return broke_off_; }

  /// Throws DataError if the file cannot hold this many bytes, so that no memory is allocated for
  /// them. A plain file holds its size; a compressed file holds at most what deflate can compress.
  void require_room_for(std::size_t bytes);

  /// Fills all of `bytes`. Throws DataError if the file ends before.
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

/// Reverses the bytes of each element; `size` is the size of an element.
void reverse_elements(std::span<std::byte> elements, std::size_t size);

}  // namespace infomax::importers

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace infomax::importers {

/// Bytes that are read from their start to their end: those of a file, or of a member of an
/// archive.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  [[nodiscard]] const std::string& where() const { return where_; }  ///< for messages

  /// Reads bytes and returns their number, which is smaller than requested at the end, also if
  /// compressed bytes are truncated. Throws DataError if they are damaged.
  [[nodiscard]] virtual std::size_t read_some(std::span<std::byte> bytes) = 0;

  /// Passes over the next bytes, without reading them where they are not compressed.
  virtual void skip(std::size_t bytes) = 0;

  /// Returns to the first byte.
  virtual void rewind() = 0;

  /// Throws DataError if the source cannot hold this many bytes, so that no memory is allocated for
  /// them.
  virtual void require_room_for(std::size_t bytes) = 0;

  /// Fills all of `bytes`. Throws DataError if the source ends before.
  void read(std::span<std::byte> bytes);

  /// Throws DataError unless the source ends here.
  void expect_end();

 protected:
  explicit ByteSource(std::string where) : where_(std::move(where)) {}

  /// Throws DataError, which says that the source ends too early.
  [[noreturn]] void refuse_early_end() const;

 private:
  std::string where_;
};

/// Reverses the bytes of each element; `size` is the size of an element.
void reverse_elements(std::span<std::byte> elements, std::size_t size);

}  // namespace infomax::importers

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>

#include "core/seal.hpp"

// A checkpoint's bytes on the disk: an HDF5 file behind a header with its size and checksum.
namespace infomax::train {

/// The kind of a checkpoint's seal, and the version of its format.
inline constexpr const char* checkpoint_kind = "infomax-checkpoint";
inline constexpr std::uint64_t format_version = 1;

/// Throws SystemError where the file system has no room for `bytes` more, before HDF5 fails in the
/// middle of a file.
void require_room(const std::filesystem::path& path, std::uintmax_t bytes);

/// Accompanies the writing of a file by HDF5: starts the write-back to the disk early, and fills in
/// the header. Members throw SystemError where the file cannot be written.
class Sealer {
 public:
  /// Makes the file if it does not exist.
  explicit Sealer(std::filesystem::path path);

  /// Says that `bytes` were written at `offset`. The header's checksum is computed from these bytes
  /// in memory, not from the file. Asks the system to write them to the disk soon and to drop them
  /// from the page cache: memory for the whole file would cost more than all other work here, and
  /// might displace the data.
  void wrote(std::uint64_t offset, std::span<const std::byte> bytes);

  /// Called when the file is closed and complete except the header: fills in the header and waits
  /// for the disk.
  void seal();

 private:
  struct Range {
    std::uint64_t bytes = 0;
    std::uint32_t checksum = 0;
  };
  void send(std::uint64_t end);
  void sync(std::uint64_t begin, std::uint64_t end, unsigned how);
  [[nodiscard]] std::uint32_t body(std::uint64_t size_bytes) const;
  [[noreturn]] void fail() const;

  std::filesystem::path path_;
  Descriptor file_;
  std::map<std::uint64_t, Range> known_;  // by offset
  std::uint64_t sent_ = 0;                // the write-back was requested up to here
  std::uint64_t forgotten_ = 0;           // dropped from the page cache up to here
};

/// Where a file is read from: from the disk, past the page cache, where the file system supports
/// this; or through the page cache, because another reader follows.
enum class Source : std::uint8_t { disk, memory };

/// Throws DamagedError where the bytes differ from those that were sealed, DataError where they do
/// not, but the format version is another one. Throws SystemError where they cannot be read, which
/// says nothing of what they are.
void require_sealed(const std::filesystem::path& path, Source source);

}  // namespace infomax::train

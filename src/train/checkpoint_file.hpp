// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>

// A checkpoint's bytes on the disk: those of HDF5 behind a head that tells what they must be.
namespace infomax::train {

/// Throws SystemError where the file system has no room for `bytes` more: a message, before HDF5 is
/// in the middle of a file.
void require_room(const std::filesystem::path& path, std::uintmax_t bytes);

/// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

/// Follows a file as HDF5 writes it, sends it on to the disk, and fills in its head. Members throw
/// SystemError where the disk does not take it.
class Sealer {
 public:
  /// Makes the file where there is none.
  explicit Sealer(std::filesystem::path path);

  /// These bytes were written from `offset` on. The head will tell what memory holds of them, and
  /// not what the file does. The system is made to bring them to the disk soon and to forget them:
  /// to find memory for all of the file costs more than all else here, and data may be pushed out.
  void wrote(std::uint64_t offset, std::span<const std::byte> bytes);

  /// When the file is closed and whole but for its head: fills that in and waits for the disk.
  void seal();

 private:
  struct Part {
    std::uint64_t bytes = 0;
    std::uint32_t checksum = 0;
  };
  void send(std::uint64_t end);
  void sync(std::uint64_t begin, std::uint64_t end, unsigned how);
  [[nodiscard]] std::uint32_t body(std::uint64_t size_bytes) const;
  [[noreturn]] void fail() const;

  std::filesystem::path path_;
  Descriptor file_;
  std::map<std::uint64_t, Part> known_;  // by offset
  std::uint64_t sent_ = 0;               // what the system was told to write ends here
  std::uint64_t forgotten_ = 0;          // and here what it wrote and forgot
};

/// Where a file is read from: past the system's memory, where the file system can, or through it,
/// for another reader to come.
enum class Source : std::uint8_t { disk, memory };

/// Throws DamagedError unless the bytes are as they were sealed, DataError where they are, by a
/// program of another format version.
void require_sealed(const std::filesystem::path& path, Source source);

}  // namespace infomax::train

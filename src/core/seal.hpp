// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// The seal of a file: a head of fixed length that says how many bytes follow and what their
// checksum is, so that damage is found before anyone interprets them. Files of HDF5 have it as user
// block.
namespace infomax {

/// The length of a head.
inline constexpr std::size_t seal_bytes = 512;

/// What a head says.
struct Seal {
  std::string kind;              ///< of the file, without blanks: "infomax-checkpoint"
  std::uint64_t version = 0;     ///< of the format behind the head
  std::uint64_t size_bytes = 0;  ///< of the whole file
  std::uint32_t body = 0;        ///< checksum of everything behind the head
};

using SealBlock = std::array<std::byte, seal_bytes>;

/// Returns the head as text, readable by `head`. Its own checksum distinguishes damage from another
/// version.
[[nodiscard]] SealBlock to_block(const Seal& seal);

/// Returns nothing unless every byte of the block is the one that to_block() writes.
[[nodiscard]] std::optional<Seal> from_block(std::span<const std::byte> block);

/// A file descriptor that its destructor closes.
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

/// Switches reads past the page cache on or off. Returns whether this changed anything.
bool set_direct(int file, bool direct);

/// Passes the bytes from `begin` to `end`, or to the end of the file, to `use`, slab by slab.
/// Returns false, with errno set, where they cannot be read.
[[nodiscard]] bool read_range(int file, std::uint64_t begin, std::uint64_t end,
                              const std::function<void(std::span<const std::byte>)>& use);

/// What one pass over a sealed file finds.
struct SealedBytes {
  std::optional<Seal> seal;      ///< unset where the head is damaged
  std::uint64_t size_bytes = 0;  ///< of the whole file
  std::uint32_t body = 0;        ///< checksum of everything behind the head

  /// Why these are not the bytes that were sealed, to follow the file's name in a message ("is cut
  /// off at 17 bytes"); empty where they are.
  [[nodiscard]] std::string damage() const;
};

/// Reads a file from its begin to its end. Throws SystemError where it cannot be read.
[[nodiscard]] SealedBytes read_sealed(int file, const std::filesystem::path& path);

/// Fills in the head of a closed file, whose first bytes were left free; of `seal`, the kind and
/// the version are used. Throws SystemError.
void seal_file(const std::filesystem::path& path, const Seal& seal);

/// Returns SealedBytes::damage() of a file, and an empty text of one whose begin has nothing of a
/// head, or is that of HDF5. Throws SystemError where it cannot be read.
[[nodiscard]] std::string damage_of(const std::filesystem::path& path);

}  // namespace infomax

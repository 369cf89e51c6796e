#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

// A checkpoint's bytes on the disk: the first 512 tell what the others must be.
namespace infomax::train {

inline constexpr std::size_t header_bytes = 512;

/// Throws SystemError where the file system has no room for `bytes` more: a message, before HDF5 is
/// in the middle of a file.
void require_room(const std::filesystem::path& path, std::uintmax_t bytes);

/// Fills in the first header_bytes of a file that is whole but for them, and flushes it to the
/// disk. Throws SystemError.
void seal(const std::filesystem::path& path);

/// Reads from the disk and not from memory, as far as the system can be told. Throws DamagedError
/// unless the bytes are as they were sealed, DataError where they are, by a program of another
/// format version.
void require_sealed(const std::filesystem::path& path);

}  // namespace infomax::train

#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "infomax/core/matrix.hpp"

// A checkpoint's bytes on the disk: the first 512 tell what the others must be.
namespace infomax::train {

inline constexpr std::size_t header_bytes = 512;

/// Fills in the first header_bytes of a whole file's bytes.
void seal(std::span<std::byte> file);

/// Throws DamagedError unless the bytes are as they were sealed, DataError where they are, by a
/// program of another format version.
void require_sealed(std::span<const std::byte> file, const std::filesystem::path& path);

/// Throws SystemError.
void write_bytes(const std::filesystem::path& path, std::span<const std::byte> bytes);

/// From the disk and not from memory, as far as the system can be told. Throws DamagedError.
[[nodiscard]] Buffer<std::byte> read_bytes(const std::filesystem::path& path);

}  // namespace infomax::train

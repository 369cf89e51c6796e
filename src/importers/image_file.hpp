// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace infomax::importers {

/// What the header of an image says.
struct ImageHeader {
  std::size_t height = 0;         ///< H, in pixels
  std::size_t width = 0;          ///< W, in pixels
  std::size_t channels = 0;       ///< C: 1 of grey, 3 of red, green and blue
  std::size_t bytes = 0;          ///< of a value: 1 or 2
  bool has_transparency = false;  ///< which is left out
  std::size_t stored_bits = 0;    ///< of a pixel in the file, before compression; of text at least

  [[nodiscard]] bool operator==(const ImageHeader&) const = default;
};

inline constexpr std::string_view png_magic{"\x89PNG\r\n\x1a\n"};

/// @{ Reads a PNG file. Palettes become colours, values of less than 8 bits are scaled to 8, and
/// values are never corrected for gamma. `values` is [H, W, C] in this machine's byte order. Throws
/// DataError if the file is damaged, UsageError if the program was built without libpng.
[[nodiscard]] ImageHeader read_png_header(const std::filesystem::path& path);
void read_png(const std::filesystem::path& path, const ImageHeader& header,
              std::span<std::byte> values);
/// @}

/// @{ Reads a file of Netpbm: PGM or PPM, of bytes or in plain text. Values stay as they are,
/// whatever the greatest is. Throws DataError if the file is damaged. Source: the manual pages
/// pgm(5) and ppm(5).
[[nodiscard]] ImageHeader read_pnm_header(const std::filesystem::path& path);
void read_pnm(const std::filesystem::path& path, const ImageHeader& header,
              std::span<std::byte> values);
/// @}

}  // namespace infomax::importers

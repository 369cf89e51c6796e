// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "importers/byte_file.hpp"
#include "importers/row_file.hpp"

namespace infomax::importers {

inline constexpr std::string_view npy_magic{"\x93NUMPY"};

/// Converts an IEEE 754 number of 16 bits.
[[nodiscard]] float from_half(std::uint16_t bits);

/// A NumPy file (.npy, versions 1 to 3), plain or compressed by gzip, in C order. Booleans become
/// u8; floats of 16 bits become f32.
class NpyReader final : public RowFile {
 public:
  /// Reads the header. Throws DataError.
  explicit NpyReader(const std::filesystem::path& path);

  void read(std::span<std::byte> rows) override;
  void expect_end() override { file_.expect_end(); }

 private:
  ByteFile file_;
  std::size_t stored_bytes_ = 0;  ///< of an element in the file
  bool foreign_ = false;          ///< whether its byte order differs from this machine's
  std::vector<std::byte> halves_;
};

}  // namespace infomax::importers

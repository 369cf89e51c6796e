// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "importers/byte_source.hpp"
#include "importers/row_file.hpp"
#include "infomax/core/matrix.hpp"

namespace infomax::importers {

inline constexpr std::string_view npy_magic{"\x93NUMPY"};

/// Converts an IEEE 754 number of 16 bits.
[[nodiscard]] float from_half(std::uint16_t bits);

/// An array of NumPy (.npy, versions 1 to 3). Booleans become u8; floats of 16 bits become f32. In
/// Fortran order the elements of a row lie far apart, so that whole blocks of rows are read column
/// by column.
class NpyReader final : public RowFile {
 public:
  /// The memory of a block of rows in Fortran order, but of one row at least.
  static constexpr std::size_t usual_block_bytes = std::size_t{128} << 20U;

  /// Reads the header. Throws DataError.
  explicit NpyReader(std::unique_ptr<ByteSource> source,
                     std::size_t block_bytes = usual_block_bytes);

  void read(std::span<std::byte> rows) override;
  void expect_end() override { source_->expect_end(); }

 private:
  void read_stored(std::span<std::byte> rows);
  void read_block();

  std::unique_ptr<ByteSource> source_;
  std::size_t data_offset_ = 0;   ///< bytes before the first element
  std::size_t stored_bytes_ = 0;  ///< of an element in the file
  bool foreign_ = false;          ///< whether its byte order differs from this machine's
  std::vector<std::byte> halves_;

  // In Fortran order only. D is the number of elements of a row.
  std::vector<std::size_t> column_of_;  ///< [D] the place in the file of each element of a row
  std::size_t block_bytes_;             ///< the bound of the memory of `block_`
  Buffer<std::byte> block_;             ///< [D, block_count_]
  std::size_t block_first_ = 0;         ///< row
  std::size_t block_count_ = 0;         ///< rows
  std::size_t next_ = 0;                ///< row
};

}  // namespace infomax::importers

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "importers/image_file.hpp"
#include "importers/row_file.hpp"
#include "infomax/core/matrix.hpp"

namespace infomax::importers {

/// Images of one size, a file a row: [N, H, W], or [N, 3, H, W] if any of them has colours; grey
/// ones then have three equal channels.
class ImageReader final : public RowFile {
 public:
  /// Reads the headers of all files. Throws DataError if the sizes differ.
  ImageReader(std::string where, std::vector<std::filesystem::path> files);

  void read(std::span<std::byte> rows) override;

 private:
  std::vector<std::filesystem::path> files_;
  std::vector<bool> have_colours_;
  ImageHeader header_;        ///< of all, with the channels of the rows
  Buffer<std::byte> pixels_;  ///< [H, W, C] of a file
  std::size_t next_ = 0;      ///< file
};

}  // namespace infomax::importers

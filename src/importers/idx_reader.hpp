// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "importers/byte_file.hpp"
#include "importers/row_file.hpp"

namespace infomax::importers {

/// An IDX file, plain or compressed by gzip: two zero bytes, the element type, the number of axes,
/// big-endian extents, big-endian elements.
class IdxReader final : public RowFile {
 public:
  /// Reads the header. Throws DataError.
  explicit IdxReader(const std::filesystem::path& path);

  void read(std::span<std::byte> rows) override;
  void expect_end() override { file_.expect_end(); }

 private:
  ByteFile file_;
};

}  // namespace infomax::importers

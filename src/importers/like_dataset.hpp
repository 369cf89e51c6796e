// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "importers/file_format.hpp"
#include "importers/row_files.hpp"

namespace infomax::importers {

/// A data set file that determines the columns and classes of an import.
class LikeDataset {
 public:
  /// Throws DataError if the file cannot be read.
  explicit LikeDataset(const std::filesystem::path& path);

  [[nodiscard]] const Known& known() const { return known_; }

  /// Throws DataError unless x and y have these columns and classes.
  void require(const RowFiles& files) const;

 private:
  std::filesystem::path path_;
  std::vector<std::string> columns_;
  Known known_;
};

}  // namespace infomax::importers

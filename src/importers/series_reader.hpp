// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "importers/row_file.hpp"

namespace infomax::importers {

/// The rows of several files, one file after another, each of which is a trajectory, or has some
/// itself. One file is open at a time.
class SeriesReader final : public RowFile {
 public:
  /// Opens a file of the series.
  using Open = std::function<std::unique_ptr<RowFile>(const std::filesystem::path&)>;

  /// Opens each file once for its shape. Throws DataError if the rows of the files differ in their
  /// shape, type, columns, classes or tokens. Fills are kept if all files have the same.
  SeriesReader(std::string where, std::vector<std::filesystem::path> files, Open open);

  void read(std::span<std::byte> rows) override;
  void expect_end() override;

  [[nodiscard]] const std::vector<std::size_t>& rows_of_files() const { return rows_of_files_; }

 private:
  std::vector<std::filesystem::path> files_;
  Open open_;
  std::vector<std::size_t> rows_of_files_;
  std::unique_ptr<RowFile> current_;
  std::size_t file_ = 0;  ///< the place of `current_`
  std::size_t left_ = 0;  ///< rows of `current_`
};

}  // namespace infomax::importers

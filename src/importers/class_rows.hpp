// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "importers/file_list.hpp"
#include "importers/row_file.hpp"

namespace infomax::importers {

/// The classes of files as labels: every row of a file has the class of the file.
class ClassRows final : public RowFile {
 public:
  /// `rows` has the number of rows of each file.
  ClassRows(std::string where, FolderClasses classes, std::vector<std::size_t> rows);

  void read(std::span<std::byte> rows) override;

 private:
  std::vector<std::size_t> of_files_;
  std::vector<std::size_t> rows_;
  std::size_t file_ = 0;
  std::size_t next_ = 0;  ///< row of the file
};

/// The labels of files of so many rows, or null if they have no classes.
[[nodiscard]] std::unique_ptr<RowFile> class_rows(const FileList& list,
                                                  const std::vector<std::string>& known,
                                                  std::vector<std::size_t> rows);

}  // namespace infomax::importers

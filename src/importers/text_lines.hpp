// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "importers/byte_file.hpp"

namespace infomax::importers {

/// The texts of rows: the lines of a file, without their ends, or whole files.
class TextRows {
 public:
  /// One file is read line by line, of several each is a row.
  TextRows(std::vector<std::filesystem::path> files, bool by_lines);

  /// Reads the next row; false if there is none. Throws DataError if a text is too long, or a
  /// compressed file is truncated.
  bool next(std::string& text);

 private:
  bool next_line(std::string& text);
  bool fill();

  std::vector<std::filesystem::path> files_;
  bool by_lines_;
  std::size_t file_ = 0;             ///< the next to be opened
  std::unique_ptr<ByteFile> lines_;  ///< the open file
  std::string block_;
  std::size_t place_ = 0;  ///< in the block
};

}  // namespace infomax::importers

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "importers/row_file.hpp"

namespace infomax::importers {

/// Strings, one a row, as the numbers of their classes: their places among `known`, or, where that
/// is empty, among the strings themselves in the order of their bytes.
class TextClassReader final : public RowFile {
 public:
  /// Returns the strings of rows [first, first + count).
  using ReadTexts = std::function<std::vector<std::string>(std::size_t first, std::size_t count)>;

  /// Reads all `rows` strings once. Throws DataError if a string is none of the known classes, or
  /// there are too many.
  TextClassReader(std::string where, std::size_t rows, ReadTexts texts,
                  const std::vector<std::string>& known);

  void read(std::span<std::byte> rows) override;

 private:
  ReadTexts texts_;
  std::map<std::string, std::int32_t> numbers_;
  std::size_t next_ = 0;  ///< row
};

}  // namespace infomax::importers

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "importers/row_file.hpp"

namespace infomax::importers {

/// Codes of categories, one a row, as labels. The classes are the categories in their own order, or
/// `known` where that is not empty.
class CategoryReader final : public RowFile {
 public:
  /// Reads the codes of rows [first, first + codes.size()).
  using ReadCodes = std::function<void(std::size_t first, std::span<std::int64_t> codes)>;

  /// Reads all codes once. Throws DataError if a row has no category (a negative code), a code no
  /// category, or a category is none of the known classes.
  CategoryReader(std::string where, std::size_t rows, ReadCodes codes,
                 const std::vector<std::string>& categories, const std::vector<std::string>& known);

  void read(std::span<std::byte> rows) override;

 private:
  void check_codes(const std::vector<std::string>& categories);

  ReadCodes codes_;
  std::vector<std::int64_t> class_of_;  ///< of each category; negative for one that is not known
  std::vector<std::int64_t> buffer_;
  std::size_t next_ = 0;  ///< row
};

}  // namespace infomax::importers

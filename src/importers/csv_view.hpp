// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace infomax::importers {

/// A text of a column of categories.
struct CsvCategory {
  std::size_t rows = 0;   ///< that hold it
  std::size_t place = 0;  ///< of its column among those of its table column
};

/// A column of a table that becomes columns of numbers: itself, or one for each category.
struct CsvColumn {
  std::size_t source = 0;  ///< in the file
  std::size_t first = 0;   ///< of its columns of numbers
  bool has_categories = false;
  bool are_known = false;  ///< whether no other categories are allowed
  std::map<std::string, CsvCategory, std::less<>> categories = {};

  [[nodiscard]] std::size_t width() const { return has_categories ? categories.size() : 1; }
};

/// Columns of a table as rows of numbers.
struct CsvView {
  std::vector<CsvColumn> columns;
  std::size_t width = 0;                ///< the number of columns of numbers, D
  std::vector<std::string> names = {};  ///< of these, [D]; may be empty
  /// What missing cells become, [D]; empty where rows that have them are left out.
  std::vector<double> fills = {};
};

}  // namespace infomax::importers

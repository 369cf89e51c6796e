// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace infomax::importers {

/// Rows of two files that belong together, in the order of the first file.
struct JoinedRows {
  std::vector<bool> keep_x;  ///< which rows of x have one in y
  std::vector<bool> keep_y;  ///< which rows of y have one in x
  std::vector<std::size_t>
      y_places;  ///< of the kept rows of y, in their order; empty: 0, 1, 2, ...
};

/// The names of the samples of a file.
struct SampleIds {
  const std::string& where;             ///< the file, for messages
  const std::vector<std::string>& ids;  ///< [N]; those of rows that are left out may be empty
  const std::vector<bool>&
      incomplete;  ///< [N], the rows that are left out; empty if there are none
};

/// Throws DataError if two rows have the same id.
void require_distinct(const SampleIds& samples);

/// Joins the rows of two files by their ids, which are distinct in each, and logs how many of each
/// file the other lacks. Throws DataError if they share none.
[[nodiscard]] JoinedRows join(const SampleIds& x, const SampleIds& y);

}  // namespace infomax::importers

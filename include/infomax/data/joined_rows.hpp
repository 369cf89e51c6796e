// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "infomax/data/rows.hpp"
#include "infomax/hdf5/element_type.hpp"

/// @file
/// Data sets side by side: a list such as "/rna,/protein[0:20]" names columns of several.

namespace infomax::data {

/// Columns [first, end) of a data set.
struct ColumnRange {
  std::string dataset;                                        ///< "/rna"
  std::size_t first = 0;                                      ///< the first column
  std::size_t end = std::numeric_limits<std::size_t>::max();  ///< after the last; may be beyond all
  bool whole = true;  ///< whether no columns are named, and rows keep their axes
};

/// Whether a name may be a list: it has a comma, or ends in a range of columns.
[[nodiscard]] bool is_list(std::string_view name);

/// The entries of a list, as they are written: names separated by commas, blanks around them left
/// out.
[[nodiscard]] std::vector<std::string> entries_of(std::string_view list);

/// Reads an entry: a name, or NAME[FIRST:END], where either number may be left out. Throws
/// UsageError.
[[nodiscard]] ColumnRange parse_range(const std::string& entry);

/// The type of elements that holds those of either type, but for the last digits of large integers.
[[nodiscard]] hdf5::ElementType common_type(hdf5::ElementType one, hdf5::ElementType other);

/// Copies columns [from, from + count) of all rows of `part` to the columns from `to` on of
/// `joined`, which has as many rows and is of a common type.
void put_columns(const Rows& part, std::size_t from, std::size_t count, Rows& joined,
                 std::size_t to);

}  // namespace infomax::data

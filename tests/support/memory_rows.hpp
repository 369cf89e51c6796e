// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "infomax/data/rows.hpp"
#include "infomax/hdf5/element_type.hpp"

namespace infomax::test {

/// The part of a data set [N, columns] in memory that a rank with `count` rows from `first` on
/// holds.
template <class T>
data::Rows rows_of(const std::vector<T>& elements, std::size_t columns, std::size_t first,
                   std::size_t count) {
  data::Rows rows("/x in memory", hdf5::element_type_of<T>(), {columns}, first, count);
  if (!rows.bytes().empty()) {
    std::memcpy(rows.bytes().data(), elements.data() + first * columns, rows.bytes().size());
  }
  return rows;
}

/// The same as a shared pointer, which examples take.
template <class T>
std::shared_ptr<const data::RowStore> store_of(const std::vector<T>& elements, std::size_t columns,
                                               std::size_t first, std::size_t count) {
  return std::make_shared<data::Rows>(rows_of(elements, columns, first, count));
}

}  // namespace infomax::test

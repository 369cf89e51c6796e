// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/core/random.hpp"
#include "infomax/data/rows.hpp"
#include "infomax/hdf5/element_type.hpp"

namespace infomax::test {

/// Standard normal numbers.
template <class T>
Matrix<T> random_rows(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  const CounterRandom random(seed, RandomStream::generation);
  Matrix<T> made(rows, columns);
  for (std::size_t i = 0; i < made.size(); ++i) {
    made.span()[i] = static_cast<T>(random.normal(i));
  }
  return made;
}

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

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "infomax/core/matrix.hpp"

namespace infomax::objective {

/// Sets all elements to 0.
template <class T>
void clear_rows(MatrixView<T> rows) {
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    std::ranges::fill(rows.row(i), T{0});
  }
}

}  // namespace infomax::objective

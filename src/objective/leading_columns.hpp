// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>

#include "infomax/core/matrix.hpp"

namespace infomax::objective {

/// The first `columns` columns of a matrix. Columns that it does not have are 0.
inline Matrix<double> leading_columns(const Matrix<double>& from, std::size_t columns) {
  Matrix<double> leading(from.rows(), columns, 0.0);
  for (std::size_t i = 0; i < from.rows(); ++i) {
    std::ranges::copy(from.view().row(i).first(std::min(columns, from.columns())),
                      leading.view().row(i).begin());
  }
  return leading;
}

}  // namespace infomax::objective

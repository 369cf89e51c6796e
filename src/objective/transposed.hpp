// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include "infomax/core/matrix.hpp"

namespace infomax::objective {

/// The transpose [n, m] of x [m, n].
inline Matrix<double> transposed(const Matrix<double>& x) {
  Matrix<double> result(x.columns(), x.rows());
  for (std::size_t i = 0; i < x.rows(); ++i) {
    for (std::size_t j = 0; j < x.columns(); ++j) {
      result(j, i) = x(i, j);
    }
  }
  return result;
}

}  // namespace infomax::objective

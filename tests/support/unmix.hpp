// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "infomax/hdf5/file.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"

namespace infomax::test {

/// Returns all rows of a data set multiplied by the inverse of the map [D, D] that they were made
/// by.
inline Matrix<double> unmixed(const hdf5::File& file, const std::string& dataset,
                              const Matrix<double>& map) {
  const hdf5::Dataset stored = file.dataset(dataset);
  Matrix<double> rows(stored.rows(), stored.features());
  stored.read<double>(0, rows.rows(), rows.span());
  const auto factors = math::singular_values(map.view());
  Matrix<double> turned(rows.rows(), rows.columns());
  math::gemm<double>(math::Transpose::no, math::Transpose::yes, 1.0, rows.view(), factors.vt.view(),
                     0.0, turned.view());
  for (std::size_t i = 0; i < turned.rows(); ++i) {
    for (std::size_t j = 0; j < turned.columns(); ++j) {
      turned(i, j) /= factors.values[j];
    }
  }
  math::gemm<double>(math::Transpose::no, math::Transpose::yes, 1.0, turned.view(),
                     factors.u.view(), 0.0, rows.view());
  return rows;
}

}  // namespace infomax::test

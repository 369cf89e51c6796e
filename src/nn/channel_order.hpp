// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/core/matrix.hpp"

namespace infomax::nn {

/// Copies each row of `from`, a matrix [m, n] by rows, to that row of `to`, transposed [n, m].
template <class T>
void transpose_rows(MatrixView<const T> from, std::size_t m, std::size_t n, MatrixView<T> to) {
  // Squares of a size whose two sides stay in the first cache.
  constexpr std::size_t edge = 32;
  for (std::size_t b = 0; b < from.rows(); ++b) {
    const T* in = from.row(b).data();
    T* out = to.row(b).data();
    for (std::size_t i0 = 0; i0 < m; i0 += edge) {
      const std::size_t i1 = i0 + edge < m ? i0 + edge : m;
      for (std::size_t j0 = 0; j0 < n; j0 += edge) {
        const std::size_t j1 = j0 + edge < n ? j0 + edge : n;
        for (std::size_t i = i0; i < i1; ++i) {
          for (std::size_t j = j0; j < j1; ++j) {
            out[j * m + i] = in[i * n + j];
          }
        }
      }
    }
  }
}

}  // namespace infomax::nn

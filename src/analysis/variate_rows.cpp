// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/variate_rows.hpp"

#include <algorithm>

#include "infomax/stats/tiles.hpp"

namespace infomax::analysis {

template <math::Real T, math::Real Out>
void map_rows(const Buffer<double>& mean, const Matrix<double>& directions,
              MatrixView<const T> rows, MatrixView<Out> out) {
  const std::size_t most = std::min(stats::tile_rows_of(mean.size()), rows.rows());
  Matrix<double> centred(most, mean.size());
  Matrix<double> product(most, directions.columns());
  for (std::size_t first = 0; first < rows.rows(); first += most) {
    const std::size_t count = std::min(most, rows.rows() - first);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < mean.size(); ++j) {
        centred(i, j) = static_cast<double>(rows(first + i, j)) - mean[j];
      }
    }
    math::gemm<double>(math::Transpose::no, math::Transpose::no, 1.0,
                       centred.view().row_range(0, count), directions.view(), 0.0,
                       product.view().row_range(0, count));
    for (std::size_t i = 0; i < count; ++i) {
      std::ranges::transform(product.view().row(i), out.row(first + i).begin(),
                             [](double value) { return static_cast<Out>(value); });
    }
  }
}

template <math::Real T, math::Real Out>
MatrixView<const Out> VariateRows<T, Out>::tile(std::size_t first, std::size_t count,
                                                Buffer<Out>& scratch) const {
  scratch.resize(count * columns());
  const MatrixView<Out> out(scratch.data(), count, columns());
  stats::for_each_tile(first, count, side_->columns(), [&](std::size_t begin, std::size_t size) {
    map_rows<T, Out>(*mean_, *directions_, side_->tile(begin, size, side_scratch_),
                     out.row_range(begin - first, size));
  });
  return out;
}

#define INFOMAX_INSTANTIATE(T, OUT)                                            \
  template void map_rows<T, OUT>(const Buffer<double>&, const Matrix<double>&, \
                                 MatrixView<const T>, MatrixView<OUT>);        \
  template class VariateRows<T, OUT>;
INFOMAX_INSTANTIATE(float, float)
INFOMAX_INSTANTIATE(float, double)
INFOMAX_INSTANTIATE(double, double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/warp.hpp"

#include <algorithm>
#include <cassert>

#include "math/kernels.hpp"

namespace infomax::math {

template <Real T>
void warp(MatrixView<const T> image, const AffineMap& map, std::span<T> padded, MatrixView<T> out) {
  assert(image.rows() == out.rows() && image.columns() == out.columns());
  const std::size_t stride = image.columns() + 3;
  assert(padded.size() >= (image.rows() + 3) * stride);
  std::ranges::fill(padded, T{0});
  for (std::size_t i = 0; i < image.rows(); ++i) {
    std::ranges::copy(image.row(i),
                      padded.begin() + static_cast<std::ptrdiff_t>((i + 1) * stride + 1));
  }
  const auto kernel = real_kernels<T>().resample;
  for (std::size_t i = 0; i < out.rows(); ++i) {
    kernel(padded.data(), image.rows(), image.columns(), map, i, out.row(i).data());
  }
}

template void warp<float>(MatrixView<const float>, const AffineMap&, std::span<float>,
                          MatrixView<float>);
template void warp<double>(MatrixView<const double>, const AffineMap&, std::span<double>,
                           MatrixView<double>);

}  // namespace infomax::math

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"

namespace infomax::math {

/// An affine map of the plane in pixels: (row, column) -> (rr row + rc column + r0, cr row +
/// cc column + c0).
struct AffineMap {
  /// @{ A coefficient of the map; the defaults are the identity.
  float rr = 1.0F, rc = 0.0F, r0 = 0.0F;
  float cr = 0.0F, cc = 1.0F, c0 = 0.0F;
  /// @}
};

/// Sets out(row, column) to the image at map(row, column), interpolated bilinearly; the image is 0
/// outside its bounds. `padded` is scratch memory of at least (rows + 3) * (columns + 3) elements.
/// image and out may be the same.
template <Real T>
void warp(MatrixView<const T> image, const AffineMap& map, std::span<T> padded, MatrixView<T> out);

}  // namespace infomax::math

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/stats/row_source.hpp"

// B: local rows. p: columns of a and of b.

namespace infomax::objective {

/// The gradient of -(weight/2) sum_i |a_i - b_i|^2: weight (b - a) to da, weight (a - b) to db.
/// Keeps its memory.
template <math::Real T>
class DifferenceGradient {
 public:
  /// da and db [B, p] or with 0 columns where not wanted; added to them, or with `overwrite` in
  /// place of what they hold.
  void write_gradient(double weight, bool overwrite, const stats::RowSource<T>& a,
                      const stats::RowSource<T>& b, MatrixView<T> da, MatrixView<T> db);

 private:
  Buffer<T> scratch_a_;
  Buffer<T> scratch_b_;
};

}  // namespace infomax::objective

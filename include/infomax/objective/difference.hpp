// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/objective/batch.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// B: local rows. p: columns of a and of b.

namespace infomax::objective {

/// The gradient of -(weight/2) sum_i |a_i - b_i|^2, which is weight (b - a) for a and weight (a -
/// b) for b. Keeps its memory.
template <math::Real T>
class DifferenceGradient {
 public:
  /// Adds to the gradients of both sides where they are wanted, or with `overwrite` replaces what
  /// they hold.
  void write(double weight, bool overwrite, const stats::RowPairs<T>& rows,
             const Gradients<T>& gradients);

 private:
  Buffer<T> scratch_a_;
  Buffer<T> scratch_b_;
};

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/row_source.hpp"
#include "infomax/stats/summation.hpp"

/// @file
/// N: global rows. p, q: columns of a and b.

namespace infomax::stats {

/// The global count and the column means. All ranks use these means as the shift of later sums.
struct Means {
  double samples = 0.0;             ///< N, exact up to 2^53
  Buffer<double> a;                 ///< [p]; zeros where N = 0
  Buffer<double> b;                 ///< [q]
  double squared_difference = 0.0;  ///< sum_i |a_i - b_i|^2, if it was requested
};

/// The first pass over the rows of both sides. Reuses its memory from call to call, and caches the
/// sums of a side a of known content.
template <math::Real T>
class MeanPass {
 public:
  /// Collective: one summation, of 2 + p + q doubles; of 2 + q where a is of known content, whose
  /// own p are summed once. `with_difference` needs p = q.
  const Means& measure(const mpi::Communicator& communicator, const RowPairs<T>& rows,
                       bool with_difference = false);

 private:
  void add_columns(const RowSource<T>& source, std::size_t first_row, std::size_t row_count,
                   std::span<double> sums);
  double squared_difference(const RowSource<T>& a, const RowSource<T>& b, std::size_t first_row,
                            std::size_t row_count);

  Means means_;
  LastContent cached_;
  Summation summation_;
  Buffer<double> cached_sums_;  // of a side a of known content [p]
  Buffer<double> sums_;         // N, difference, sums of b [q], and of a [p] unless they are cached
  Buffer<double> tile_sums_;    // [max(p, q)]
  Buffer<T> scratch_a_;
  Buffer<T> scratch_b_;
};

}  // namespace infomax::stats

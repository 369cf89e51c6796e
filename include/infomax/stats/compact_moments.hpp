// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/compact_rows.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moment_gradient.hpp"
#include "infomax/stats/moments.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// N: global rows. B: local rows. p, q: columns of a and b.

namespace infomax::stats {

/// What MomentPass and MomentPullBack do, for functions of the moments that no rotation of a side's
/// columns changes, where a side has many more columns than the batch has rows: the moments are
/// those of coordinates (GramCoordinates), of N columns at most, and no matrix is p by p.
template <math::Real T>
class CompactMoments {
 public:
  /// Computes the moments that `needs` names, and the variances.
  explicit CompactMoments(const MomentNeeds& needs)
      : needs_(needs), moment_pass_(needs), pull_back_(needs) {}

  /// Whether either side of a batch of so many global rows is wide.
  [[nodiscard]] bool suit(const RowPairs<T>& rows, double samples) const;

  /// Collective. The moments of the sides' coordinates; of a side that is not wide, those of its
  /// columns. `variances` are those of all columns. `wanted_a` and `wanted_b` say whether
  /// pull_back() is to write da and db.
  const SecondMoments& measure(const mpi::Communicator& communicator, const RowPairs<T>& rows,
                               const Means& means, const SecondMoments& variances, bool wanted_a,
                               bool wanted_b);

  /// Collective. From dJ/dmoments, for the moments that measure() returned last, to da [B, p] and
  /// db [B, q], each overwritten if it is wanted. Called once for each measure().
  void pull_back(const mpi::Communicator& communicator, const MomentGradient& gradient,
                 MatrixView<T> da, MatrixView<T> db);

 private:
  /// Memory for a side's gradient in double, where it does not go to the caller's.
  static MatrixView<double> room(bool wanted, bool compact, MatrixView<T> gradient,
                                 std::size_t rows, std::size_t columns, Matrix<double>& own);

  MomentNeeds needs_;
  CompactRows<T> compact_;
  std::optional<RowPairs<double>> rows_;  // of the last measure()
  MomentPass<double> moment_pass_;
  MomentPullBack<double> pull_back_;
  Matrix<double> da_;
  Matrix<double> db_;
};

}  // namespace infomax::stats

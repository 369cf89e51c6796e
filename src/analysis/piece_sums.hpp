// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/moments.hpp"

// q columns of a side, M pieces.
namespace infomax::analysis {

/// Means and covariances of drawn pairs.
struct PieceMoments {
  stats::SecondMoments about_means;
  Buffer<double> mean_a;  // [q]
  Buffer<double> mean_b;  // [q]
};

/// Sums over the pairs of each piece, about a shift that all share, so that the moments of any
/// drawing of pieces follow without another pass over the rows.
class PieceSums {
 public:
  /// The shifts [q] of either side.
  PieceSums(std::size_t pieces, std::span<const double> shift_a, std::span<const double> shift_b);

  /// Adds pairs [n, q] of one piece.
  template <math::Real T>
  void add(std::size_t piece, MatrixView<const T> a, MatrixView<const T> b);

  /// Collective. Over the pairs of all ranks.
  void reduce(const mpi::Communicator& communicator) { communicator.sum(sums_.span()); }

  /// The moments of a sample in which piece m stands weights[m] times; none of fewer than two
  /// pairs. Where `reversible`, those of pairs in both directions, for which the shifts of both
  /// sides must be the same.
  [[nodiscard]] std::optional<PieceMoments> moments(std::span<const double> weights,
                                                    bool reversible) const;

  /// All pairs, after reduce().
  [[nodiscard]] double pairs() const;

  /// The pieces that have any, after reduce().
  [[nodiscard]] std::size_t pieces_with_pairs() const;

 private:
  void add_backwards(std::span<double> total) const;
  [[nodiscard]] std::size_t products(std::size_t which) const {
    return 1 + 2 * q_ + which * q_ * q_;
  }
  [[nodiscard]] Matrix<double> covariance(std::span<const double> total, std::size_t which,
                                          std::span<const double> sum_a,
                                          std::span<const double> sum_b) const;

  std::size_t q_;
  Buffer<double> shift_a_;
  Buffer<double> shift_b_;
  Matrix<double> sums_;  // [M, 1 + 2 q + 3 q q]: N, sums of a and b, products aa, ab, bb
};

}  // namespace infomax::analysis

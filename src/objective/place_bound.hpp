// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/row_source.hpp"
#include "infomax/stats/summation.hpp"
#include "objective/pair_scores.hpp"

/// @file
/// N: global samples. B: local samples. L: places of a sample. U: columns of scored rows.

namespace infomax::objective {

/// How scores become a bound of mutual information.
enum class Estimator : std::uint8_t { jsd, infonce, dv, nwj };

/// A bound of the mutual information between a vector of each sample and what is at L places of it,
/// from the scores v_ijl = phi_i . psi_jl of the vector of sample i at the places of sample j:
///   jsd, dv, nwj   the mean over l of the objective of this name of u_ij = v_ijl
///   infonce        the mean over i and l of
///                  v_iil - ln [e^v_iil + sum_{j != i, l'} e^v_ijl'], and ln (1 + (N - 1) L)
/// Other places of the same sample are in no sum (Hjelm et al. 2019). With L = 1 infonce is that of
/// the name. The vectors travel around the ranks, and the places stay.
template <math::Real T>
class PlaceBound {
 public:
  explicit PlaceBound(Estimator estimator) : estimator_(estimator) {}

  /// The rows of this rank, without gaps.
  struct Rows {
    MatrixView<const T> phi;  ///< [B, U]
    MatrixView<const T> psi;  ///< [B L, U], the places of a sample one after the other
    std::size_t places = 1;   ///< L
    const stats::RowParts* parts = nullptr;  ///< of samples, as stats::RowPairs has them
  };

  /// Collective. The bound; `samples` is N.
  [[nodiscard]] double measure(const mpi::Communicator& communicator, const Rows& rows,
                               double samples);

  /// Collective. After measure() of the same rows: writes `weight` times the derivatives of the
  /// bound to dphi and dpsi, as large as phi and psi.
  void differentiate(const mpi::Communicator& communicator, const Rows& rows, double weight,
                     MatrixView<T> dphi, MatrixView<T> dpsi);

 private:
  using Pairs = typename PairScores<T>::Rows;

  /// The pairs of each place with all vectors, or of each vector with all places, but for those of
  /// one sample.
  [[nodiscard]] static Pairs pairs(const Rows& rows, bool places_stay);

  void measure_others(const mpi::Communicator& communicator, const Rows& rows);
  void sum_each_place(const mpi::Communicator& communicator, const Rows& rows);
  void sum_each_vector(const mpi::Communicator& communicator, const Rows& rows);
  [[nodiscard]] double positive(std::size_t row) const;
  [[nodiscard]] double positive_slope(std::size_t row) const;
  [[nodiscard]] double value_of_others(double sum) const;
  void set_shifts(const Rows& rows);
  void add_others(const mpi::Communicator& communicator, const Rows& rows, double weight,
                  bool places_stay, MatrixView<T> gradient, MatrixView<T> other);

  Estimator estimator_;
  PairScores<T> scores_;
  stats::Summation summation_;
  double samples_ = 0.0;            // N
  std::size_t places_ = 1;          // L
  double top_ = 0.0;                // of nwj: what logarithms of sums are taken from
  Buffer<double> positives_;        // [B L], v_iil
  Buffer<double> place_sums_;       // [B L], over all vectors of others: what the estimator sums
  Buffer<double> place_log_sums_;   // [L], of dv: ln of the sum over all pairs at a place
  Buffer<double> place_tops_;       // [L]
  Buffer<double> vector_log_sums_;  // [B], of infonce: ln sum_{j != i, l} e^v_ijl
  Buffer<double> place_shifts_;     // [B L], of the exponentials in the gradient
  Buffer<double> vector_shifts_;    // [B]
};

}  // namespace infomax::objective

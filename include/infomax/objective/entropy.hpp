// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/batch.hpp"
#include "infomax/objective/histogram_options.hpp"
#include "infomax/stats/histogram.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"
#include "infomax/stats/row_source.hpp"
#include "infomax/stats/summation.hpp"

/// @file
/// N: global rows. B: local rows. p, q: columns of a and b. M: bins.

namespace infomax::objective {

/// Mean over columns of H = - sum_k p_k ln p_k, nats; p_k [columns, M], those <= 0 count as 0.
/// `derivative` [columns, M] gets `weight` times dH/dp_k up to a constant a column, which the
/// splines' partition of unity cancels.
[[nodiscard]] double mean_entropy(MatrixView<const double> probabilities, double weight,
                                  MatrixView<double> derivative);

/// The entropies of both sides' columns, and their terms - lambda H in J.
template <math::Real T>
class EntropyTerms {
 public:
  /// The lambdas weigh the entropies that J loses. A negative one rewards entropy.
  EntropyTerms(const HistogramOptions& options, double lambda_a, double lambda_b);

  /// The mean entropy over the columns of each side, in nats.
  struct Entropies {
    double a = 0.0;  ///< of side a
    double b = 0.0;  ///< of side b
  };

  /// Collective: one summation for both sides. Where the content of a is known and has no gradient,
  /// its histogram is counted once, by a summation of its own. A side has a gradient where it is
  /// wanted and its lambda is not 0.
  Entropies measure(const mpi::Communicator& communicator, const stats::RowPairs<T>& rows,
                    const stats::Means& means, const stats::SecondMoments& moments, bool wanted_a,
                    bool wanted_b);

  /// Adds the gradient of - lambda_a H(a) - lambda_b H(b), where measure() was asked for it.
  void add_gradient(const stats::RowPairs<T>& rows, const Gradients<T>& gradients);

 private:
  struct HistogramSide {
    double lambda;
    stats::SoftHistogram histogram;
    bool with_gradient = false;
    Matrix<double> derivative;
    double finish(std::span<const double> message);
  };

  double measure_alone(const mpi::Communicator& communicator, const stats::RowSource<T>& a);

  HistogramSide a_;
  HistogramSide b_;
  stats::LastContent cached_;
  double cached_entropy_ = 0.0;  // of a
  stats::Summation summation_;
  Buffer<double> message_;
  Buffer<T> scratch_;
};

}  // namespace infomax::objective

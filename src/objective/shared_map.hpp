// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/objective/linear_solution.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/objective/spectral.hpp"
#include "infomax/stats/moments.hpp"
#include "objective/whitening.hpp"

/// @file
/// n inputs of either side, of which `rank` directions vary; q outputs.

namespace infomax::objective {

/// One linear map W [n, q] of both sides: J of W^T h_a and W^T h_b as a function of W, from the
/// second moments of the inputs alone. Its variables are Z [rank, q], W = E Z, where E whitens the
/// inputs' pooled covariance (C_aa + C_bb) / 2.
///
/// Where the sides may be exchanged, as in reversible trajectories, the eigenvectors of K =
/// E^T C_ab E are the solution: time-lagged independent components (Molgedey and Schuster 1994;
/// Perez-Hernandez et al. 2013). Elsewhere no closed form is known, and a search goes on from
/// these.
class SharedMap {
 public:
  /// `options` are of an objective of canonical correlations. Throws NumericError where nothing
  /// varies.
  SharedMap(const stats::SecondMoments& moments, const ObjectiveOptions& options,
            std::size_t outputs);

  [[nodiscard]] std::size_t rank() const { return whitening_.rank(); }
  [[nodiscard]] std::size_t outputs() const { return q_; }  ///< at most the rank

  /// Z [rank, q] from which to search: leading eigenvectors of (K K^T + K^T K) / 2, and of
  /// (K + K^T) / 2. Their variances are the best ones for a K that is symmetric.
  [[nodiscard]] std::vector<Matrix<double>> starts() const;

  /// J at Z, and its gradient [rank q]. Throws NumericError where the objective does.
  double evaluate(std::span<const double> z, std::span<double> gradient);

  /// The map W [n, q] of Z, up to what J does not depend on: outputs are turned so that (C_ab +
  /// C_ab^T) / 2 of them is diagonal, ordered by the size of its elements.
  [[nodiscard]] Matrix<double> map(Matrix<double> z) const;

 private:
  [[nodiscard]] Matrix<double> scaled_start(const Matrix<double>& vectors,
                                            std::span<const double> correlations) const;
  [[nodiscard]] bool searches_without_ridge() const { return searched_ridge_.relative == 0.0; }

  std::size_t q_;
  Ridge ridge_;           // the objective's
  Ridge searched_ridge_;  // 0 where the ridge is absolute
  SpectralForm form_;
  std::size_t counted_;  // components
  Whitening whitening_;
  Matrix<double> aa_;  // [rank, rank], of the whitened inputs
  Matrix<double> ab_;
  Matrix<double> bb_;
  std::unique_ptr<SpectralFunction> function_;
  stats::SecondMoments moments_;  // of the outputs
  stats::MomentGradient gradient_;
  Matrix<double> mapped_aa_;  // [rank, q], aa_ Z
  Matrix<double> mapped_ab_;  // ab_ Z
  Matrix<double> mapped_ba_;  // ab_^T Z
  Matrix<double> mapped_bb_;
};

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "analysis/piece_sums.hpp"
#include "infomax/analysis/koopman.hpp"
#include "infomax/analysis/markov.hpp"
#include "infomax/core/matrix.hpp"

// n outputs, tau the lag of the matrix.
namespace infomax::analysis {

/// Which numbers are estimated of a drawing of pieces.
struct MarkovRequest {
  bool of_memberships = false;
  std::size_t outputs = 1;        ///< n
  bool reversible = false;        ///< whether pairs count in both directions
  std::vector<std::size_t> lags;  ///< of timescales
  std::size_t timescales = 0;     ///< at each of these
  std::size_t lag = 1;            ///< tau
  std::size_t steps = 1;          ///< k = 1, ..., steps of the test; 1 at least
};

/// Estimates of one drawing of the pieces of trajectories. What belongs to a lag of which the
/// drawing has fewer than two pairs is not a number.
struct MarkovEstimate {
  std::vector<std::vector<double>> timescales;  ///< by lag
  std::vector<Matrix<double>> estimated;        ///< K(k tau), k = 1, ...
  std::vector<Matrix<double>> predicted;        ///< K(tau)^k
  std::vector<double> stationary;               ///< of memberships; empty where there is none
  std::size_t rank = 0;                         ///< at tau
};

/// What is estimated of the pairs of rows of several lags, again and again.
class MarkovEstimator {
 public:
  /// `sums` are those of all lags of the request and of 1 to `steps` times tau. Throws NumericError
  /// where outputs do not vary.
  MarkovEstimator(MarkovRequest request, const std::map<std::size_t, PieceSums>& sums,
                  std::size_t pieces);

  /// Throws NumericError.
  [[nodiscard]] MarkovEstimate operator()(std::span<const double> weights) const;

  /// For each number of flat_numbers(), the pieces that have pairs of the lag that it comes from.
  [[nodiscard]] std::vector<std::size_t> pieces_of_numbers(const MarkovEstimate& estimate) const;

 private:
  // Nothing of fewer than two pairs.
  [[nodiscard]] std::optional<KoopmanMatrix> koopman(std::size_t lag,
                                                     std::span<const double> weights) const;

  MarkovRequest request_;
  const std::map<std::size_t, PieceSums>& sums_;
  Matrix<double> basis_;  // of outputs that are no memberships: singular functions at tau [n, n]
};

/// The numbers of an estimate one after another, in the order of MarkovAnalysis.
[[nodiscard]] std::vector<double> flat_numbers(const MarkovEstimate& estimate);

}  // namespace infomax::analysis

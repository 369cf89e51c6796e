// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "infomax/analysis/number_interval.hpp"
#include "infomax/analysis/paired_statistic.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"

/// @file
/// N samples, K drawings.

namespace infomax::analysis {

/// How samples are drawn.
struct BootstrapOptions {
  std::size_t count = 0;     ///< K, 2 or more
  std::size_t block = 1;     ///< consecutive samples that are drawn together, 1 or more
  std::uint64_t seed = 1;    ///< of the drawings
  double confidence = 0.95;  ///< of each interval, above 0 and below 1
};

/// Intervals of a statistic's numbers.
struct BootstrapIntervals {
  std::size_t drawings = 0;                  ///< K
  double confidence = 0.95;                  ///< of each
  NumberInterval dependence;                 ///< of the objective before entropies
  std::vector<NumberInterval> correlations;  ///< of each correlation
};

/// Collective. N samples are drawn with replacement from the N that there are, K times, and the
/// statistic is computed of each drawing. A number t, of which the drawings have the mean m and the
/// standard deviation d, has the interval t - (m - t) -+ z d for the normal quantile z: what
/// drawings have more than the data, the data have more than what they were drawn from (Efron and
/// Tibshirani 1993, chapter 10). That matters where correlations are fitted to the rows. For
/// correlations, t is Fisher's artanh r, whose deviation hardly depends on r; fitted ones, which
/// have no sign, are cut at 0. Where nothing correlates, or canonical correlations are close to
/// each other, the order in which they are sorted makes intervals too narrow.
///
/// Samples in `block` go around the end. The drawings are the same at any number of ranks, and
/// keyed by the seed; each rank keeps a copy of its rows. Throws NumericError where a number is not
/// finite, and as the statistic does.
template <math::Real T>
[[nodiscard]] BootstrapIntervals bootstrap(const mpi::Communicator& communicator,
                                           const PairedStatistic<T>& statistic,
                                           const BootstrapOptions& options);

}  // namespace infomax::analysis

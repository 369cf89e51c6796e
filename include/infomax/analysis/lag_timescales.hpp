// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "infomax/data/blocks.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/canonical.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// N global pairs of rows, q columns of a side, k timescales, M pieces, R replicates.

namespace infomax::analysis {

/// How implied timescales are estimated, and what their intervals come from.
struct TimescaleOptions {
  std::size_t count = 6;         ///< k, the slowest, at most q
  std::size_t pieces = 32;       ///< M: runs of consecutive pairs that are drawn, at most N / 2
  std::size_t replicates = 100;  ///< R: estimates from drawn pieces; 0 = no intervals
  std::uint64_t seed = 0;        ///< of the draws
  bool reversible = false;       ///< whether pairs count in both directions
};

/// Implied timescales at one lag, in rows, and 95% intervals: percentiles of a bootstrap over
/// pieces of the trajectories, because neighbouring pairs depend on each other (Kunsch 1989), times
/// the ratio of the estimate and their median. Few pairs for many columns bias all of these
/// upwards.
struct LagTimescales {
  std::size_t lag = 0;             ///< tau, in rows
  std::vector<double> timescales;  ///< [k], descending; infinite where the correlation is 1
  std::vector<double> low;         ///< [k]; empty without replicates
  std::vector<double> high;        ///< [k]; empty without replicates
};

/// Collective. The timescales -tau / ln s of the canonical correlations s of features at t and at t
/// + tau; `pairs` are those of `shard`, q columns on either side. The same on every rank and, up to
/// rounding, at any number of ranks. Throws NumericError where a covariance with its ridge is not
/// positive definite.
template <math::Real T>
[[nodiscard]] LagTimescales estimate_timescales(const mpi::Communicator& communicator,
                                                const stats::RowPairs<T>& pairs,
                                                const data::Blocks& blocks,
                                                const data::Shard& shard, std::size_t lag,
                                                const objective::Ridge& ridge,
                                                const TimescaleOptions& options);

/// Lags 1, 2, 5, 10, 20, ... about that of a model, which is among them: from a tenth of it to five
/// times as much, ascending.
[[nodiscard]] std::vector<std::size_t> lags_about(std::size_t lag);

}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "infomax/analysis/number_interval.hpp"
#include "infomax/core/progress_line.hpp"
#include "infomax/data/datasets.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"

/// @file
/// n outputs of a network, or memberships of n states where it ends in a softmax; lags tau in rows.

namespace infomax::analysis {

/// What is asked of a model of trajectories.
struct MarkovOptions {
  /// Lags of implied timescales; unset: lags_about() the model's, as far as there are pairs.
  std::optional<std::vector<std::size_t>> lags;
  std::optional<std::size_t> lag;  ///< tau of the matrix and of the test; unset: the model's
  std::size_t steps = 5;           ///< of the Chapman-Kolmogorov test, in lags tau; 0: no test
  std::size_t timescales = 6;      ///< the slowest that are reported
  std::size_t pieces =
      32;  ///< of the trajectories, that are drawn; 2 or more. Memory grows with it on every rank
  std::size_t bootstrap = 100;     ///< drawings; 0: no intervals
  double confidence = 0.95;        ///< of each interval, above 0 and below 1
  std::uint64_t seed = 1;          ///< of the drawings
  std::size_t micro_batch = 4096;  ///< rows that a rank encodes at a time; 0 = all
};

/// Numbers and their intervals.
struct MarkovNumbers {
  std::vector<double> values;             ///< of all pairs
  std::vector<NumberInterval> intervals;  ///< as many; empty without enough drawings
};

/// Implied timescales at one lag.
struct MarkovLag {
  std::size_t lag = 0;    ///< tau
  std::size_t pairs = 0;  ///< of rows that far apart in one trajectory
  MarkovNumbers
      timescales;  ///< in rows, descending: -tau / ln |lambda|; infinite for |lambda| >= 1
};

/// K(tau)^k beside K(k tau). Matrices [n, n] lie row by row.
struct ChapmanKolmogorovStep {
  std::size_t steps = 1;    ///< k
  std::size_t lag = 0;      ///< k tau
  std::size_t pairs = 0;    ///< that K(k tau) comes from
  MarkovNumbers predicted;  ///< K(tau)^k
  MarkovNumbers estimated;  ///< K(k tau)
};

/// A model's outputs as a Markov process.
struct MarkovAnalysis {
  bool of_memberships = false;     ///< whether outputs are memberships of states
  std::size_t states = 0;          ///< n
  std::size_t rank = 0;            ///< of the outputs' second moments, n or fewer
  std::size_t rows = 0;            ///< of all trajectories
  std::size_t trajectories = 0;    ///< that the rows are cut into
  std::size_t pieces = 0;          ///< that were drawn from
  std::size_t bootstrap = 0;       ///< drawings
  double confidence = 0.0;         ///< of each interval
  std::vector<MarkovLag> at = {};  ///< timescales, by ascending lag
  std::size_t lag = 0;             ///< tau of what follows
  MarkovNumbers matrix = {};       ///< K(tau) [n, n], row by row: of memberships the transitions
  std::vector<double> populations = {};  ///< [n] mean memberships; else empty
  MarkovNumbers stationary = {};  ///< [n] of the transition matrix; empty where there is none
  std::vector<ChapmanKolmogorovStep> test =
      {};  ///< by ascending steps, as far as trajectories reach
};

/// Collective. Encodes all rows of `file` once by the network b of a model of `pair` lag and
/// estimates, at each lag, the Koopman matrix K = C_00^+ C_0t of its outputs. Of memberships (the
/// network ends in a softmax) second moments are not centred, and K is the matrix of transitions
/// between the states. Of other outputs they are centred, and K is written in the basis of the
/// outputs' singular functions at tau, in their order. Pairs count in both directions where the
/// model was trained `reversible`.
///
/// Intervals come from drawing pieces of the trajectories with replacement, the same for all lags
/// and at any number of ranks: percentiles of the drawings, less how far their median is off; of
/// timescales in proportion. There are none of a lag of which fewer than 5 pieces have pairs, or
/// fewer than half of the drawings have two.
///
/// Throws UsageError where the pair is not lag, lags leave too few pairs, or outputs are more than
/// 64; DataError as model::trajectory_lengths(); NumericError where outputs do not vary.
template <math::Real T>
[[nodiscard]] MarkovAnalysis analyse_markov(const mpi::Communicator& communicator,
                                            data::Datasets& file, const model::StoredModel& stored,
                                            const model::PairSettings& pair,
                                            const MarkovOptions& options, WorkProgress& progress);

}  // namespace infomax::analysis

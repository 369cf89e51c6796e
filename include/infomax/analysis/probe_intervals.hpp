// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "infomax/analysis/number_interval.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/mpi/communicator.hpp"

/// @file
/// B local rows that were predicted; n numbers that a score is made of sums of; K drawings.

namespace infomax::analysis {

/// How the rows of a probe's score are drawn.
struct ProbeBootstrap {
  std::size_t count = 0;     ///< K; 0: none, else 2 or more
  double confidence = 0.95;  ///< of each interval
  std::uint64_t seed = 0;    ///< of the drawings
};

/// Rows that were predicted by a model that was not fitted to them.
struct PredictedRows {
  std::vector<std::uint64_t> units;  ///< [B], rows of the same unit are drawn together
  std::vector<std::uint32_t> parts;  ///< [B], the fold of each row, below part_count
  std::size_t part_count = 1;        ///< folds with sums of their own
  std::vector<double> numbers;       ///< [B, n], row by row
};

/// Collective. The sums [K + 1, part_count n] of these numbers over the rows of all ranks, by part:
/// in row 0 of each row once, and below of each unit as often as a drawing has it, a number of
/// Poisson's distribution of mean 1 that is a function of seed, drawing and unit alone (Chamandy et
/// al. 2012; drawing N rows with replacement is the same but for the number of rows). The same at
/// any number of ranks up to rounding.
[[nodiscard]] Matrix<double> drawn_sums(const mpi::Communicator& communicator,
                                        const PredictedRows& rows, std::size_t numbers,
                                        const ProbeBootstrap& options);

/// The interval of a score by its values [K] of the drawings, as BootstrapIntervals are: the score
/// less the bias of the drawings, and their normal deviation to either side, within `range`.
/// Nothing where fewer than two, or fewer than 95 in 100, of them are finite.
[[nodiscard]] std::optional<NumberInterval> drawn_interval(double score,
                                                           const std::vector<double>& drawn,
                                                           double confidence,
                                                           const NumberInterval& range);

}  // namespace infomax::analysis

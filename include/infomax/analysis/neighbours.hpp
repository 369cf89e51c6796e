// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "infomax/analysis/logistic.hpp"
#include "infomax/core/field_text.hpp"
#include "infomax/mpi/communicator.hpp"

/// @file
/// K neighbours, D features.

namespace infomax::analysis {

/// The distance of two rows a and b.
enum class Metric : std::uint8_t {
  euclidean,  ///< |a - b|
  cosine      ///< 1 - a b / (|a| |b|)
};

/// Names of the metrics, as a command line gives them.
inline constexpr std::array metric_names{std::pair{"euclidean", Metric::euclidean},
                                         std::pair{"cosine", Metric::cosine}};

/// Called with the number of rows of the training set that are done and with that of all.
using NeighbourProgress = std::function<void(std::size_t done, std::size_t all)>;

/// Collective. The class that most of the K nearest rows of `train` (of all ranks) have, for each
/// of this rank's rows of `test`: exact, by comparing all with all in double. Of rows that are
/// equally near, those of lower global index count as nearer; of classes with as many votes, the
/// lowest is taken. Ranks must hold consecutive rows, in order of rank. The training set goes
/// through every rank tile by tile, so memory is that of a tile and of K neighbours a row. Throws
/// UsageError where K is 0 or more than `train` has rows.
[[nodiscard]] std::vector<std::uint32_t> predict_by_neighbours(
    const mpi::Communicator& communicator, const ClassifiedRows& train, const ClassifiedRows& test,
    std::size_t neighbours, Metric metric, const NeighbourProgress& progress = {});

}  // namespace infomax::analysis

template <>
struct infomax::FieldText<infomax::analysis::Metric>
    : infomax::ChoiceText<infomax::analysis::Metric, infomax::analysis::metric_names> {};

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/mpi/communicator.hpp"

/// @file
/// C classes.

namespace infomax::analysis {

/// Classes beyond which no confusion matrix is kept.
inline constexpr std::size_t most_confused_classes = 1024;

/// Counts of true and predicted classes, over the rows of all ranks.
struct ClassScores {
  std::vector<std::uint64_t> support;    ///< [C] rows of the class
  std::vector<std::uint64_t> predicted;  ///< [C] rows taken for it
  std::vector<std::uint64_t> correct;    ///< [C] both
  Matrix<std::uint64_t> confusion;       ///< [C, C], truth by prediction; empty above the limit

  [[nodiscard]] std::size_t classes() const { return support.size(); }  ///< C
  /// The number of rows of all ranks.
  [[nodiscard]] std::uint64_t rows() const;

  /// Adds the counts of other rows with as many classes.
  ClassScores& operator+=(const ClassScores& other);

  /// The share of rows whose class is predicted.
  [[nodiscard]] double accuracy() const;

  /// The share of the rows predicted as class c that belong to it; 0 if there are none.
  [[nodiscard]] double precision(std::size_t c) const;
  /// The share of the rows of class c that are predicted as it; 0 if there are none.
  [[nodiscard]] double recall(std::size_t c) const;
  /// The harmonic mean of precision and recall; 0 if either is 0.
  [[nodiscard]] double f1(std::size_t c) const;
};

/// Collective. labels, predictions [local rows], below `classes`.
[[nodiscard]] ClassScores count_scores(const mpi::Communicator& communicator,
                                       std::span<const std::uint32_t> labels,
                                       std::span<const std::uint32_t> predictions,
                                       std::size_t classes);

}  // namespace infomax::analysis

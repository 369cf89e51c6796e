// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string>

#include "infomax/core/matrix.hpp"
#include "objective/own_network.hpp"
#include "objective/pair_scores.hpp"

/// @file
/// B: local rows. p, q: columns of a and b.

namespace infomax::objective {

/// The critic f([a_i, b_j]): one network of both rows of a pair, which ends in one output.
template <math::Real T>
class ConcatScores final : public PairScorer<T> {
 public:
  /// Throws UsageError as OwnNetwork does.
  ConcatScores(const std::string& network, std::size_t p, std::size_t q);

  /// Sets what all that follows takes: the parameters, and whether the bits of a pair must be the
  /// same whatever others there are.
  void begin(std::span<const T> parameters, bool by_parts);

  /// Says which side stays.
  void turn(bool a_stays) { a_stays_ = a_stays; }

  /// Says where the gradient by the parameters is added; an empty one is not wanted.
  void add_to(const OwnGradient<T>& gradient) { gradient_ = gradient; }

  /// Writes f([a_i, b_i]) for each local row [B].
  void score_own(MatrixView<const T> a, MatrixView<const T> b, const stats::RowParts* parts,
                 std::span<double> scores);

  /// With derivatives by what score_own() wrote, writes those by the rows that stay to `gradient`.
  void write_own_gradient(MatrixView<const T> a, MatrixView<const T> b,
                          const stats::RowParts* parts, std::span<const double> slopes,
                          MatrixView<T> gradient);

  /// @{ As PairScorer describes them.
  void score(MatrixView<const T> staying, MatrixView<const T> travelling,
             MatrixView<T> scores) override;
  void add_gradient(MatrixView<T> weights, MatrixView<T> gradient) override;
  /// @}

 private:
  [[nodiscard]] OwnGradient<T> sink();

  OwnNetwork<T> of_tiles_;
  OwnNetwork<T> of_own_;
  std::size_t p_;
  std::span<const T> parameters_;
  bool a_stays_ = true;
  OwnGradient<T> gradient_;
  stats::RowParts tile_;  // all pairs of a tile
  const stats::RowParts* tile_part_ = nullptr;
  Buffer<T> unwanted_;        // a gradient by the parameters that nobody reads
  Matrix<T> input_gradient_;  // [pairs, p + q]
  Matrix<T> own_slopes_;      // [B, 1]
};

}  // namespace infomax::objective

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/data/blocks.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// N global samples, n of them chosen, q columns of a side, d directions.

namespace infomax::analysis {

/// n of N samples, chosen at random by a seed alone: one of each of n equal runs of consecutive
/// samples, so that all of the data set is seen.
class SampleChoice {
 public:
  /// n is `most`, or N where there are no more.
  SampleChoice(std::size_t samples, std::size_t most, std::uint64_t seed);

  [[nodiscard]] std::size_t count() const { return count_; }  ///< n

  /// The i-th chosen sample, counted among all; ascending.
  [[nodiscard]] std::size_t operator[](std::size_t i) const;

  /// Which of them a shard has: [first, first + count).
  struct Range {
    std::size_t first = 0;  ///< index of a chosen sample
    std::size_t count = 0;  ///< number of chosen samples
  };
  /// The chosen samples that a shard holds.
  [[nodiscard]] Range of(const data::Shard& shard) const;

 private:
  [[nodiscard]] std::size_t run_start(std::size_t i) const;

  std::size_t samples_;
  std::size_t count_;
  std::uint64_t seed_;
};

/// The directions of largest variance.
struct PrincipalPlane {
  Matrix<double> directions;   ///< [q, d], d = min(2, q); of each, the largest element is positive
  std::vector<double> shares;  ///< of the total variance [d], 0 where there is none
};

/// Of a covariance matrix [q, q]. Throws NumericError.
[[nodiscard]] PrincipalPlane principal_plane(MatrixView<const double> covariance);

/// Collective. The chosen samples of a side whose local rows are those of `shard`, minus `mean`
/// [q], in the plane's directions: [n, d], the same on every rank.
template <math::Real T>
[[nodiscard]] Matrix<double> project(const mpi::Communicator& communicator,
                                     const stats::RowSource<T>& side, const data::Shard& shard,
                                     std::span<const double> mean, const PrincipalPlane& plane,
                                     const SampleChoice& chosen);

}  // namespace infomax::analysis

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/fixed_point.hpp"
#include "infomax/mpi/communicator.hpp"

/// @file
/// n: elements of the sum. K: limbs. W = math::limb_bits.

namespace infomax::stats {

/// The elementwise sum of vectors, whose bits depend neither on the order of the addends nor on
/// their distribution over ranks.
///
/// Elements are grouped in chunks of math::limb_chunk. Every addend is rounded to the nearest
/// multiple of its chunk's unit. The unit is a power of two that follows from the largest magnitude
/// m of any addend of the chunk on any rank; it is at most 2^(1 - W (K - 1)) m. The rounded addends
/// are added as integers of K limbs, which is associative, also in MPI_SUM. The unit need not be
/// known in advance: units are powers of 2^W, so a larger addend moves the limbs down by whole
/// limbs and drops the last ones, with the same result as rounding to the new unit. Source: Demmel
/// and Nguyen 2015, "Parallel reproducible summation", here with integers instead of floating-point
/// bins.
///
/// Addends that are not finite are added separately in floating point. The sum can take 2^22
/// vectors, over all ranks. It reuses its memory.
class ExactSum {
 public:
  /// `limbs` is K: use 2 for addends in float, 3 for addends in double.
  explicit ExactSum(std::size_t limbs) : limb_count_(limbs) {}

  /// Starts a sum of `size` elements.
  void start(std::size_t size);

  /// Adds the values to the elements [first, first + values.size()).
  template <math::Real T>
  void add(std::size_t first, std::span<const T> values);

  /// Collective: two reductions, of one integer for each chunk and of K for each element. Writes
  /// the sums of all addends of all ranks to `sums` [n].
  template <math::Real T>
  void finish(const mpi::Communicator& communicator, std::span<T> sums);

  /// The memory that it holds.
  [[nodiscard]] std::size_t bytes() const {
    return (limbs_.size() + tops_.size() + not_finite_.size()) * sizeof(std::int64_t);
  }

 private:
  template <math::Real T>
  void add_to_chunk(std::size_t chunk, std::size_t within, std::span<const T> values);
  template <math::Real T>
  void add_not_finite(std::size_t first, std::span<T> values);
  void raise(std::size_t chunk, std::int64_t top);
  void to_double(std::size_t chunk, std::span<double> sums) const;
  [[nodiscard]] std::span<std::int64_t> limbs_of(std::size_t chunk);
  [[nodiscard]] std::span<const std::int64_t> limbs_of(std::size_t chunk) const;

  std::size_t limb_count_;      // K
  std::size_t size_ = 0;        // n
  Buffer<std::int64_t> limbs_;  // [chunks, K, limb_chunk], the highest limb first
  Buffer<std::int64_t> tops_;   // [chunks + 1], the first limb's unit is 2^(W top); the last is 1
                                // if any addend is not finite
  Buffer<double> not_finite_;   // [n], sums of addends that are not finite; empty if there are none
};

}  // namespace infomax::stats

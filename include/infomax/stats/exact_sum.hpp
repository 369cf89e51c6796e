// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/fixed_point.hpp"
#include "infomax/mpi/communicator.hpp"

// n: elements of the sum. K: limbs. W = math::limb_bits.
namespace infomax::stats {

/// The elementwise sum of vectors, with the same bits in whatever order they are added and however
/// they are dealt to ranks.
///
/// Elements go in chunks of math::limb_chunk. Every addend is rounded to the nearest multiple of
/// its chunk's unit, a power of two set by the largest magnitude m of any addend of the chunk, on
/// any rank: at most 2^(1 - W (K - 1)) m. What is rounded is added as integers of K limbs, which is
/// associative, by MPI_SUM too. The unit need not be known beforehand: units are powers of 2^W, so
/// where a larger addend comes, the limbs move down by whole limbs and the last ones are dropped,
/// which leaves what rounding to the new unit would have made. (Demmel and Nguyen 2015, "Parallel
/// reproducible summation", with integers in place of floating-point bins.)
///
/// What is not finite is added apart as it is. Takes 2^22 vectors, all ranks together. Keeps its
/// memory.
class ExactSum {
 public:
  /// K of 2 is right for addends in float, 3 for addends in double.
  explicit ExactSum(std::size_t limbs) : limb_count_(limbs) {}

  /// Begins a sum of `size` elements.
  void start(std::size_t size);

  /// Adds to elements [first, first + values.size()).
  template <math::Real T>
  void add(std::size_t first, std::span<const T> values);

  /// Collective: two reductions, of an integer for each chunk and of K for each element. `sums` [n]
  /// gets the sums over all that was added on any rank.
  template <math::Real T>
  void finish(const mpi::Communicator& communicator, std::span<T> sums);

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
  Buffer<std::int64_t> limbs_;  // [chunks, K, limb_chunk], the first limb of each the highest
  Buffer<std::int64_t> tops_;   // [chunks + 1], the first limb's unit is 2^(W top); the last is 1
                                // where something is not finite
  Buffer<double> not_finite_;   // [n], where there was any
};

}  // namespace infomax::stats

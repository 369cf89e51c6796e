// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/mpi/request.hpp"

namespace infomax::train {

/// Sums a flat gradient over ranks while the backward pass completes one range of it after another.
/// Adjoining ranges gather in a bucket; the reduction of a full bucket starts at once and
/// progresses whenever another range is ready. Where sums go through shared memory, the whole
/// gradient waits for the end: that is faster than messages that overlap. The ranges are the same,
/// in the same order, on every rank.
template <math::Real T>
class GradientReduction {
 public:
  /// A bucket is full at `bucket_bytes`. The communicator must outlive this.
  GradientReduction(const mpi::Communicator& communicator, std::size_t bucket_bytes);

  /// Collective, together with the calls that follow until finish().
  void begin(std::span<T> gradient);

  /// The range [offset, offset + count) of the gradient is complete on this rank.
  void range_ready(std::size_t offset, std::size_t count);

  /// Waits until the whole gradient is summed.
  void finish();

  /// Returns the time spent in nonblocking reductions since begin(); the communicator counts the
  /// others.
  [[nodiscard]] double seconds() const { return seconds_; }

 private:
  void start();

  const mpi::Communicator* communicator_;
  std::size_t bucket_;  // elements
  std::span<T> gradient_;
  bool at_once_ = false;   // the whole gradient is reduced in finish()
  std::size_t begin_ = 0;  // of the bucket that is being filled
  std::size_t end_ = 0;
  std::vector<mpi::Request> requests_;
  double seconds_ = 0.0;
};

}  // namespace infomax::train

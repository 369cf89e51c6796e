// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "infomax/core/stopwatch.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/mpi/request.hpp"

namespace infomax::train {

/// The sum over ranks of a flat gradient whose parts become complete one after another, while the
/// backward pass goes on: parts gather in buckets, and a full bucket's reduction starts at once and
/// progresses whenever another part is ready. Where sums go through shared memory, all of it waits
/// for the end: that is quicker than messages that are overlapped. The parts are the same, in the
/// same order, on every rank.
template <math::Real T>
class GradientReduction {
 public:
  /// A bucket is full at `bucket_bytes`. The communicator must outlive this.
  GradientReduction(const mpi::Communicator& communicator, std::size_t bucket_bytes)
      : communicator_(&communicator), bucket_(bucket_bytes / sizeof(T)) {}

  /// Collective, together with the calls that follow until finish().
  void begin(std::span<T> gradient) {
    gradient_ = gradient;
    at_once_ = communicator_->size() == 1 || communicator_->sums_in_memory();
    begin_ = end_ = 0;
    seconds_ = 0.0;
  }

  /// The part [offset, offset + count) of the gradient is complete on this rank.
  void part_ready(std::size_t offset, std::size_t count) {
    if (at_once_) {
      return;
    }
    const Stopwatch stopwatch;
    const bool adjoins = offset + count == begin_;
    if (!adjoins) {
      start();
      end_ = offset + count;
    }
    begin_ = offset;
    if (end_ - begin_ >= bucket_) {
      start();
    }
    for (auto& request : requests_) {
      (void)request.test();  // lets MPI progress
    }
    seconds_ += stopwatch.elapsed_s();
  }

  /// Waits for the sum of all parts.
  void finish() {
    if (communicator_->size() == 1) {
      return;  // the sum is what it is
    }
    if (at_once_) {
      communicator_->sum(gradient_);
      return;
    }
    if (requests_.empty()) {
      // Quicker than one that could be overlapped, with nothing to overlap it with.
      communicator_->sum(gradient_.subspan(begin_, end_ - begin_));
      return;
    }
    const Stopwatch stopwatch;
    start();
    for (auto& request : requests_) {
      request.wait();
    }
    requests_.clear();
    seconds_ += stopwatch.elapsed_s();
  }

  /// Spent on nonblocking reductions since begin(); the communicator counts the others.
  [[nodiscard]] double seconds() const { return seconds_; }

 private:
  void start() {
    if (begin_ < end_) {
      requests_.push_back(communicator_->start_sum(gradient_.subspan(begin_, end_ - begin_)));
    }
    begin_ = end_ = 0;
  }

  const mpi::Communicator* communicator_;
  std::size_t bucket_;  // elements
  std::span<T> gradient_;
  bool at_once_ = false;   // no part goes ahead of the others
  std::size_t begin_ = 0;  // of the bucket that is being filled
  std::size_t end_ = 0;
  std::vector<mpi::Request> requests_;
  double seconds_ = 0.0;
};

}  // namespace infomax::train

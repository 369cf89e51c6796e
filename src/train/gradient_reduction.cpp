// SPDX-License-Identifier: BSD-3-Clause
#include "train/gradient_reduction.hpp"

#include "infomax/core/stopwatch.hpp"

namespace infomax::train {

template <math::Real T>
GradientReduction<T>::GradientReduction(const mpi::Communicator& communicator,
                                        std::size_t bucket_bytes)
    : communicator_(&communicator), bucket_(bucket_bytes / sizeof(T)) {}

template <math::Real T>
void GradientReduction<T>::begin(std::span<T> gradient) {
  gradient_ = gradient;
  at_once_ = communicator_->size() == 1 || communicator_->sums_in_memory();
  begin_ = end_ = 0;
  seconds_ = 0.0;
}

template <math::Real T>
void GradientReduction<T>::range_ready(std::size_t offset, std::size_t count) {
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

template <math::Real T>
void GradientReduction<T>::finish() {
  if (communicator_->size() == 1) {
    return;  // one rank's gradient is the sum
  }
  if (at_once_) {
    communicator_->sum(gradient_);
    return;
  }
  if (requests_.empty()) {
    // With nothing left to overlap, a blocking sum is faster.
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

template <math::Real T>
void GradientReduction<T>::start() {
  if (begin_ < end_) {
    requests_.push_back(communicator_->start_sum(gradient_.subspan(begin_, end_ - begin_)));
  }
  begin_ = end_ = 0;
}

template class GradientReduction<float>;
template class GradientReduction<double>;

}  // namespace infomax::train

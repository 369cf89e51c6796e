// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/activity.hpp"

namespace infomax::mpi {
namespace {

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Activity& Activity::of_this_process() {
  static Activity activity;
  return activity;
}

double Activity::unchanged_s() const {
  return 1e-9 * static_cast<double>(now_ns() - changed_at_ns_.load(std::memory_order_relaxed));
}

void Activity::set_waiting(bool waiting) {
  changed_at_ns_.store(now_ns(), std::memory_order_relaxed);
  waiting_.store(waiting, std::memory_order_relaxed);
}

}  // namespace infomax::mpi

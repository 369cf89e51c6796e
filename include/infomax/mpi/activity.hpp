// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace infomax::mpi {

/// Tells the other threads of this process whether its main thread is in a collective, and since
/// when.
class Activity {
 public:
  /// The one object of this process.
  [[nodiscard]] static Activity& of_this_process();

  /// Whether the main thread is in a collective. Any thread may ask.
  [[nodiscard]] bool waiting() const { return waiting_.load(std::memory_order_relaxed); }

  /// Seconds since a collective was last entered or left.
  [[nodiscard]] double unchanged_s() const;

  /// Called by the main thread, through InCollective.
  void set_waiting(bool waiting);

 private:
  std::atomic<bool> waiting_{false};
  std::atomic<std::int64_t> changed_at_ns_{0};
};

/// Marks this process as being in a collective, for the scope of the object.
class InCollective {
 public:
  InCollective() { Activity::of_this_process().set_waiting(true); }
  ~InCollective() { Activity::of_this_process().set_waiting(false); }
  InCollective(const InCollective&) = delete;
  InCollective& operator=(const InCollective&) = delete;
};

}  // namespace infomax::mpi

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>

namespace infomax {

/// Measures wall-clock seconds since construction or the last lap.
class Stopwatch {
 public:
  /// Returns the seconds since construction or the last lap.
  [[nodiscard]] double elapsed_s() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
  }

  /// Returns the seconds since the last lap and begins the next one.
  double lap_s() {
    const auto now = Clock::now();
    const double seconds = std::chrono::duration<double>(now - start_).count();
    start_ = now;
    return seconds;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

}  // namespace infomax

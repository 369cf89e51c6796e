// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

/// Memory as Linux counts it, in bytes; 0 where the system does not say.
namespace infomax::measure {

/// The most this process has held at once (VmHWM), since it began or since the last reset.
[[nodiscard]] std::size_t peak_memory_bytes();

/// Gives freed memory back and counts the peak from now on, where the system allows it.
void reset_peak_memory();

struct NodeMemory {
  std::size_t total_bytes = 0;
  std::size_t available_bytes = 0;  ///< without swapping, within the control group's limit
};

[[nodiscard]] NodeMemory node_memory();

}  // namespace infomax::measure

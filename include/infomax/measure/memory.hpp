// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

/// @file
/// Memory as Linux counts it, in bytes; 0 if the system does not report it.

namespace infomax::measure {

/// Returns the peak memory of this process (VmHWM) since its start or the last reset.
[[nodiscard]] std::size_t peak_memory_bytes();

/// Returns freed memory to the system and resets the peak, if the system allows it.
void reset_peak_memory();

/// The memory of the node that this process runs on.
struct NodeMemory {
  std::size_t total_bytes = 0;      ///< of the machine
  std::size_t available_bytes = 0;  ///< without swapping and within the control group's limit
};

/// Returns the memory of this node at the time of the call.
[[nodiscard]] NodeMemory node_memory();

}  // namespace infomax::measure

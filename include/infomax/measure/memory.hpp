// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>

#include "infomax/mpi/communicator.hpp"

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

/// Returns the memory that this process holds now.
[[nodiscard]] std::size_t resident_memory_bytes();

/// Returns the address space that this process may still take (`ulimit -v`); the largest number
/// where it has no limit.
[[nodiscard]] std::size_t address_space_left();

/// What this rank is about to allocate, and what for.
struct MemoryNeed {
  std::size_t bytes = 0;  ///< besides what the process holds
  std::string what;       ///< with the numbers of rows and columns that decide
  std::string advice;     ///< what needs less
};

/// Collective. Throws an Error of ExitCode::system, on every rank, where what the ranks of a node
/// are about to allocate is more than is available on it, or more than a rank's address space:
/// before the allocation fails, or the system ends the process, which happens without a line.
void require_memory(const mpi::Communicator& communicator, const MemoryNeed& need);

/// 1.5 * 2^30 as "1.50 GiB", 2^20 as "1.0 MiB".
[[nodiscard]] std::string memory_text(double bytes);

}  // namespace infomax::measure

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string_view>

namespace infomax::hdf5 {

/// Whether HDF5 may take as long as it likes, or some seconds of the processor: some damage has it
/// go round in circles. Rows take as long as they are many, and where ranks wait for one another
/// they are busy for as long as the slowest is.
enum class Limit : std::uint8_t { none, seconds };

/// Says that this thread is in HDF5 as long as this exists, so that a crash, or an end to its time,
/// is put down to the file that HDF5 reads (end_on_crash()). Costs less than a microsecond.
class Reading {
 public:
  /// `where` names the file, or the data set and its file, in the message.
  Reading(std::string_view where, Limit limit) noexcept;
  /// HDF5 goes on with what it read last, such as where it closes an object.
  Reading() noexcept;
  ~Reading();
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
};

}  // namespace infomax::hdf5

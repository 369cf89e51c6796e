// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "infomax/mpi/communicator.hpp"

/// Measurements of this machine: times, rates, memory, placement. No result of a training depends
/// on them.
namespace infomax::measure {

/// The median and the range of repeated measurements.
struct Spread {
  double median = 0.0;  ///< the mean of the middle two if their number is even
  double least = 0.0;   ///< the smallest
  double most = 0.0;    ///< the largest
};

/// Returns the spread of values; all zero if there are none.
[[nodiscard]] Spread spread_of(std::vector<double> values);

/// The duration of a measurement: `repeats` times as many calls as take `repeat_s`.
struct Pace {
  int repeats = 5;        ///< 1 or more
  double repeat_s = 0.1;  ///< seconds of one repeat
};

/// Collective. Calls `work` twice, the first time to warm up, and returns the number of calls that
/// take `seconds`: 1 or more, the same on every rank.
[[nodiscard]] std::size_t calls_within(const mpi::Communicator& communicator, double seconds,
                                       const std::function<void()>& work);

/// Collective. All ranks start together and make `calls` calls of `work`. Returns the seconds of
/// one call by the slowest rank's clock, the same on every rank.
[[nodiscard]] double seconds_per_call(const mpi::Communicator& communicator, std::size_t calls,
                                      const std::function<void()>& work);

/// Collective. Returns the seconds of one call of `work` while all ranks call it, the same on every
/// rank.
[[nodiscard]] Spread time_together(const mpi::Communicator& communicator, const Pace& pace,
                                   const std::function<void()>& work);

/// Collective. A barrier at which ranks sleep instead of polling, so that ranks that arrive later
/// have the cores for themselves.
void sleep_until_all(const mpi::Communicator& communicator);

}  // namespace infomax::measure

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "infomax/mpi/communicator.hpp"

/// What this machine gives: times, rates, memory, placement. Nothing here decides anything by time.
namespace infomax::measure {

/// The middle of repeated measurements, and how far apart they lie.
struct Spread {
  double median = 0.0;  ///< of an even number, the mean of the middle two
  double least = 0.0;
  double most = 0.0;
};

/// All zero where there are no values.
[[nodiscard]] Spread spread_of(std::vector<double> values);

/// How long a measurement takes: `repeats` times as many calls as fill `repeat_s`.
struct Pace {
  int repeats = 5;
  double repeat_s = 0.1;
};

/// Collective. Calls `work` twice, the first time to warm up, and says how many calls fill
/// `seconds`; 1 or more, the same on every rank.
[[nodiscard]] std::size_t calls_within(const mpi::Communicator& communicator, double seconds,
                                       const std::function<void()>& work);

/// Collective. Seconds of one call where all ranks begin together and make `calls` of them, by the
/// slowest rank's clock; the same on every rank.
[[nodiscard]] double seconds_per_call(const mpi::Communicator& communicator, std::size_t calls,
                                      const std::function<void()>& work);

/// Collective. Seconds of one call of `work`, all ranks at once; the same on every rank.
[[nodiscard]] Spread time_together(const mpi::Communicator& communicator, const Pace& pace,
                                   const std::function<void()>& work);

/// Collective. A barrier at which ranks sleep instead of polling, so that those who come late have
/// the cores to themselves.
void sleep_until_all(const mpi::Communicator& communicator);

}  // namespace infomax::measure

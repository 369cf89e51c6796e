// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "infomax/measure/timing.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/step.hpp"

namespace infomax::bench {

/// Seconds of steps by what they were spent on, summed over ranks.
struct TimeSplit {
  double input_s = 0.0;    ///< choosing rows and converting them to numbers
  double compute_s = 0.0;  ///< everything else outside collectives
  double reduce_s = 0.0;   ///< in collectives, without `wait_s`
  double wait_s = 0.0;     ///< in collectives, while other ranks were still computing

  [[nodiscard]] double total_s() const { return input_s + compute_s + reduce_s + wait_s; }
};

/// Collective. Splits the time of these steps, summed over steps and ranks. All ranks meet in every
/// step, so a rank that has finished its own work waits for the longest work on any rank. Its wait
/// is the difference of the two, limited to the time that it spent in collectives.
[[nodiscard]] TimeSplit split_time(const mpi::Communicator& communicator,
                                   std::span<const train::StepTimes> steps);

/// A share of the time of all ranks.
struct Share {
  double total = 0.0;      ///< over all repeats together
  measure::Spread spread;  ///< over the repeats, one by one
};

/// The share that `member` has of the total time.
[[nodiscard]] Share share_of(std::span<const TimeSplit> repeats, double TimeSplit::*member);

}  // namespace infomax::bench

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/value_of_rows.hpp"

namespace infomax::estimate {

/// An interval, in the unit of the number it is around.
struct Interval {
  double low = 0.0;   ///< of the interval
  double high = 0.0;  ///< of the interval
};

/// Collective. A bootstrap interval of a number: runs of neighbouring rows, up to 200 of them, are
/// drawn with replacement, each time as many as there are, and the number of a drawing is that
/// which the influence of its rows gives to first order; the interval lies between its quantiles.
/// Rows that depend on their neighbours, as those of a time series, stay together. It is the same
/// at any number of ranks up to rounding, and keyed by the seed. 0 < confidence < 1.
[[nodiscard]] Interval bootstrap_interval(const mpi::Communicator& communicator,
                                          const stats::ValueOfRows& value, double confidence,
                                          std::uint64_t seed);

}  // namespace infomax::estimate

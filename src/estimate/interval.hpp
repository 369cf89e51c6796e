// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include "infomax/analysis/number_interval.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/value_of_rows.hpp"

namespace infomax::estimate {

/// Collective. A bootstrap interval of a number: runs of neighbouring rows, up to 200 of them, are
/// drawn with replacement, each time as many as there are, and the number of a drawing is that
/// which the influence of its rows gives to first order; the interval lies between its quantiles.
/// Rows that depend on their neighbours, as those of a time series, stay together. It is the same
/// at any number of ranks up to rounding, and keyed by the seed. 0 < confidence < 1.
[[nodiscard]] analysis::NumberInterval bootstrap_interval(const mpi::Communicator& communicator,
                                                          const stats::ValueOfRows& value,
                                                          double confidence, std::uint64_t seed);

}  // namespace infomax::estimate

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "core/json.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::cli {

/// Collective. Adds `statistics` to each data set of numbers in what describe_data() made of the
/// file at `path`: least, largest and mean number, deviation, columns of one number, numbers that
/// are not finite, a histogram, and, of up to 1,000 columns, the same of each. Throws DataError.
void add_statistics(const mpi::Communicator& communicator, const std::string& path,
                    Json& description);

/// The statistics of a data set for people: indented lines.
[[nodiscard]] std::string statistics_lines(const Json& statistics, const std::string& indent);

}  // namespace infomax::cli

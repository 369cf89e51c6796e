// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

#include "infomax/data/datasets.hpp"
#include "infomax/model/settings.hpp"

namespace infomax::model {

/// Collective. The rows of each trajectory that a data set `x` of states holds, one after another:
/// those that settings.lengths_path says, or all rows as one. Throws DataError where they do not
/// add up to the rows, and where a row is a sequence of its own.
[[nodiscard]] std::vector<std::size_t> trajectory_lengths(data::Datasets& opened,
                                                          const data::DatasetShape& x,
                                                          const PairSettings& settings);

}  // namespace infomax::model

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "compare/search.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::compare {

/// Collective. A line for each data set that a result of the plan depends on: those that trials
/// train on and validate by, the lengths of trajectories, and labels. A line tells all of the data
/// set's rows apart from others. Throws DataError.
[[nodiscard]] std::vector<std::string> describe_contents(const mpi::Communicator& communicator,
                                                         data::DatasetFile& file, const Plan& plan);

/// Collective. A line that tells the folds of all repetitions apart from others; all folds have
/// then been made once. Throws UsageError where there are fewer rows than folds, or one leaves no
/// rows to train on.
[[nodiscard]] std::string describe_all_folds(Folds& folds, const Options& options);

}  // namespace infomax::compare

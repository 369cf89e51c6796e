// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/data/datasets.hpp"
#include "infomax/model/examples.hpp"

namespace infomax::model {

/// Collective. The samples of the pair `lag`, pairs of rows of one trajectory; with `fraction`
/// above 0, those before the held-out ones, and these. Throws DataError, UsageError.
[[nodiscard]] SplitExamples load_lagged(const mpi::Communicator& communicator,
                                        data::Datasets& opened, const data::DatasetShape& x,
                                        const PairSettings& settings, std::size_t block_count,
                                        double fraction);

}  // namespace infomax::model

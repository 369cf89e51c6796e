// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/data/datasets.hpp"
#include "infomax/model/examples.hpp"

namespace infomax::model {

/// Collective. The samples of the pair `lag`, pairs of rows of one trajectory; where a share is
/// held out, those to train on, and these. Throws DataError, UsageError.
[[nodiscard]] SplitExamples load_lagged(const mpi::Communicator& communicator,
                                        data::Datasets& opened, const data::DatasetShape& x,
                                        const PairSettings& settings, std::size_t block_count,
                                        const HoldOut& hold_out);

}  // namespace infomax::model

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "infomax/data/row_store.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::train {

/// Collective. Returns a text that tells data sets apart: shapes, element types, and a checksum of
/// a thousand samples spread over the whole. It is the same for any number of ranks.
[[nodiscard]] std::string fingerprint(const mpi::Communicator& communicator,
                                      const model::Examples& examples);

/// Collective. The same of all rows of one data set, of which each rank has its shard.
[[nodiscard]] std::string fingerprint(const mpi::Communicator& communicator,
                                      const data::RowStore& rows);

}  // namespace infomax::train

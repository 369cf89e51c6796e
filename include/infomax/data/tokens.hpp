// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include "infomax/data/row_store.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::data {

/// Collective. Throws DataError, the same on every rank, where rows are not integers, or one of
/// them is none of the token ids 0 to tokens - 1. It names the first such element.
void require_tokens_below(const mpi::Communicator& communicator, const RowStore& rows,
                          std::size_t tokens);

}  // namespace infomax::data

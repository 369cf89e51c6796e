// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::mpi {

/// Collective. Sends rows to other ranks: the first send_counts[0] of `rows` to rank 0, the next
/// send_counts[1] to rank 1, and so on. What comes from rank r follows what comes from lower ranks
/// in `received`, receive_counts[r] rows of it. Both matrices are without gaps and equally wide on
/// all ranks, and have as many rows as their counts add up to, below 2^31. Throws SystemError.
template <Element T>
void exchange_rows(const Communicator& communicator, MatrixView<const T> rows,
                   std::span<const std::size_t> send_counts, MatrixView<T> received,
                   std::span<const std::size_t> receive_counts);

}  // namespace infomax::mpi

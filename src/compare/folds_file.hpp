// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

#include "compare/folds.hpp"
#include "compare/options.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::compare {

/// Collective. Writes the fold of each row, [seeds, N] of NumPy's "<u4", for other programs that
/// compare themselves on the same folds. Throws SystemError.
void write_folds(const mpi::Communicator& communicator, Folds& folds, const Options& options,
                 const std::filesystem::path& path);

}  // namespace infomax::compare

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "infomax/data/file_parts.hpp"
#include "infomax/data/rows.hpp"
#include "infomax/mpi/communicator.hpp"

// Data sets of strings as labels of classes.
namespace infomax::data {

/// Collective. The different strings of a data set in these stretches, in the order of their bytes;
/// `where` names it in messages. Throws DataError, the same on every rank, where there are more
/// than most_classes.
[[nodiscard]] std::vector<std::string> find_text_classes(const mpi::Communicator& communicator,
                                                         const std::vector<FileStretch>& stretches,
                                                         const std::string& dataset,
                                                         const std::string& where);

/// Called by each rank for its own rows, of type i32 and one column, which lie in these stretches
/// of files: sets each to the place of its string in `classes`. Throws DataError where a string is
/// none of them.
void read_text_labels(const std::vector<FileStretch>& stretches, const std::string& dataset,
                      const std::vector<std::string>& classes, Rows& rows);

}  // namespace infomax::data

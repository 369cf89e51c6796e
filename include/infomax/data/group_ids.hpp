// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "infomax/data/blocks.hpp"
#include "infomax/data/datasets.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::data {

/// Collective. The group of each row of this rank's shard: equal numbers for equal entries of a
/// data set [N] of integers, floats or strings; of a string it is a hash of 64 bits. Throws
/// DataError, the same on every rank, where there is no such data set, or it does not have one
/// entry for each row of `x`.
[[nodiscard]] std::vector<std::uint64_t> load_group_ids(const mpi::Communicator& communicator,
                                                        const std::filesystem::path& path,
                                                        const std::string& dataset,
                                                        const DatasetShape& x, const Shard& shard);

}  // namespace infomax::data

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "infomax/data/blocks.hpp"
#include "infomax/data/datasets.hpp"
#include "infomax/data/rows.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::data {

/// Local rows [first, first + count).
struct Tile {
  std::size_t first = 0;  ///< local row
  std::size_t count = 0;  ///< number of rows
};

/// The rows of a shard, each block cut from its start on into tiles of at most `most_rows`, 0 =
/// all. The same rows are thus computed together at any number of ranks, so that results have the
/// same bits as far as libraries allow it.
[[nodiscard]] std::vector<Tile> tiles_of(const Blocks& blocks, const Shard& shard,
                                         std::size_t most_rows);

/// The size of the windows in which rows are read that may not fit memory.
struct WindowSize {
  std::size_t tile_rows = 0;                   ///< `most_rows` of tiles_of()
  std::size_t bytes = std::size_t{32} << 20U;  ///< of a window, in the file's element type
};

/// Collective. Reads this rank's shard of a data set in its order, in windows of whole tiles (one,
/// or as many as the size allows), and calls `each(rows, tiles of these rows)`. All ranks make as
/// many calls as the one with most windows, the last ones with no rows, so `each` may be
/// collective. Throws as Datasets::load.
void for_each_window(const mpi::Communicator& communicator, Datasets& file,
                     const std::string& dataset, const Blocks& blocks, const WindowSize& size,
                     const std::function<void(const Rows&, std::span<const Tile>)>& each);

}  // namespace infomax::data

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/windows.hpp"

#include <algorithm>

namespace infomax::data {

std::vector<Tile> tiles_of(const Blocks& blocks, const Shard& shard, std::size_t most_rows) {
  std::vector<Tile> tiles;
  for (std::size_t v = shard.first_block; v < shard.first_block + shard.block_count; ++v) {
    const std::size_t start = blocks.first_row(v) - shard.first_row;
    const std::size_t rows = blocks.rows_of(v);
    const std::size_t step = most_rows == 0 ? rows : std::min(most_rows, rows);
    for (std::size_t done = 0; done < rows; done += step) {
      tiles.push_back({start + done, std::min(step, rows - done)});
    }
  }
  return tiles;
}

void for_each_window(const mpi::Communicator& communicator, Datasets& file,
                     const std::string& dataset, const Blocks& blocks, const WindowSize& size,
                     const std::function<void(const Rows&, std::span<const Tile>)>& each) {
  const DatasetShape shape = file.shape(dataset);
  const Shard shard = blocks.shard(communicator.rank(), communicator.size());
  const std::vector<Tile> tiles = tiles_of(blocks, shard, size.tile_rows);
  const std::size_t most_rows = size.bytes / (shape.features * hdf5::size(shape.type));

  std::size_t next = 0;
  while (communicator.max(std::uint64_t{tiles.size() - next}) > 0) {
    Shard window{0, 0, shard.first_row, 0};
    std::vector<Tile> inside;
    if (next < tiles.size()) {
      const std::size_t first = tiles[next].first;
      window.first_row += first;
      while (next < tiles.size() &&
             (inside.empty() || tiles[next].first + tiles[next].count - first <= most_rows)) {
        inside.push_back({tiles[next].first - first, tiles[next].count});
        ++next;
      }
      window.row_count = inside.back().first + inside.back().count;
    }
    each(file.load(dataset, window), inside);
  }
}

}  // namespace infomax::data

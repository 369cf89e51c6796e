// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/blocks.hpp"

#include <algorithm>
#include <string>

#include "infomax/core/error.hpp"

namespace infomax::data {
namespace {

constexpr std::size_t most_blocks = std::size_t{1} << 31U;

/// Returns floor(k * whole / count) for k <= count <= 2^31, without overflow: where piece k of
/// `count` begins.
std::size_t boundary(std::size_t k, std::size_t whole, std::size_t count) {
  return k * (whole / count) + k * (whole % count) / count;
}

}  // namespace

std::size_t default_blocks(std::size_t rows) {
  constexpr std::size_t fewest_rows = 16;
  return std::clamp<std::size_t>(rows / fewest_rows, 1, default_block_count);
}

Blocks::Blocks(std::size_t rows, std::size_t count) : rows_(rows), count_(count) {
  if (count < 1 || count > most_blocks) {
    throw UsageError("`blocks` " + std::to_string(count) + " is out of range; give 1 to " +
                     std::to_string(most_blocks));
  }
}

std::size_t Blocks::first_row(std::size_t block) const { return boundary(block, rows_, count_); }

Shard Blocks::shard(int rank, int ranks) const {
  const auto r = static_cast<std::size_t>(rank);
  const auto p = static_cast<std::size_t>(ranks);
  Shard shard;
  shard.first_block = boundary(r, count_, p);
  shard.block_count = boundary(r + 1, count_, p) - shard.first_block;
  shard.first_row = first_row(shard.first_block);
  shard.row_count = first_row(shard.first_block + shard.block_count) - shard.first_row;
  return shard;
}

}  // namespace infomax::data

// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/probe_gather.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace infomax::analysis {
namespace {

constexpr std::size_t few_bytes = std::size_t{1} << 20U;

std::size_t bytes_of(const ProbeRows& rows) {
  return rows.blocks.rows() * (rows.x.row_bytes() + rows.y.row_bytes());
}

/// Copies each rank's bytes to its place in those of all ranks: of a row `row_bytes`.
void gather(const mpi::Communicator& communicator, const data::Blocks& blocks,
            std::size_t row_bytes, std::span<const std::byte> own, std::span<std::byte> all) {
  std::vector<std::uint64_t> words;
  for (int rank = 0; rank < communicator.size(); ++rank) {
    const auto shard = blocks.shard(rank, communicator.size());
    const std::size_t bytes = shard.row_count * row_bytes;
    words.assign((bytes + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t), 0);
    if (rank == communicator.rank() && bytes > 0) {
      std::memcpy(words.data(), own.data(), bytes);
    }
    communicator.broadcast(std::span<std::uint64_t>(words), rank);
    if (bytes > 0) {
      std::memcpy(all.data() + shard.first_row * row_bytes, words.data(), bytes);
    }
  }
}

data::Rows gather(const mpi::Communicator& communicator, const data::Blocks& blocks,
                  const data::Rows& own) {
  data::Rows all(own.where(), own.type(), own.trailing_shape(), 0, blocks.rows());
  gather(communicator, blocks, own.row_bytes(), own.bytes(), all.bytes());
  return all;
}

}  // namespace

bool are_few(const ProbeRows& train, const ProbeRows* test) {
  return bytes_of(train) + (test != nullptr ? bytes_of(*test) : 0) <= few_bytes;
}

ProbeRows gather_rows(const mpi::Communicator& communicator, const ProbeRows& rows) {
  ProbeRows all{rows.blocks,
                gather(communicator, rows.blocks, rows.x),
                gather(communicator, rows.blocks, rows.y),
                rows.classes,
                {}};
  if (communicator.max(std::uint64_t{rows.groups.size()}) > 0) {
    all.groups.resize(rows.blocks.rows());
    gather(communicator, rows.blocks, sizeof(std::uint64_t), std::as_bytes(std::span(rows.groups)),
           std::as_writable_bytes(std::span(all.groups)));
  }
  return all;
}

}  // namespace infomax::analysis

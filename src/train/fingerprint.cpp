// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/fingerprint.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/core/checksum.hpp"
#include "infomax/core/random.hpp"

namespace infomax::train {
namespace {

constexpr std::size_t most_samples = 1024;

std::string describe(const data::RowStore& rows) {
  return fmt::format("{} [{}]", hdf5::name(rows.type()), fmt::join(rows.trailing_shape(), ", "));
}

/// Returns a number that depends on the content of row `local`, the length that it may have, and
/// its position `sample` in the whole data set. Sums of such numbers, modulo 2^64, do not depend on
/// the order.
std::uint64_t number_of(const data::RowStore& rows, std::size_t local, std::size_t sample,
                        std::span<const std::byte> bytes) {
  const auto content = checksum(bytes);
  const std::uint64_t length = rows.has_lengths() ? rows.length(local) + std::uint64_t{1} : 0;
  return CounterRandom(content, RandomStream::held_out, sample, length).words(0)[0];
}

std::uint64_t number_of(const data::RowStore& rows, std::size_t local, std::size_t sample) {
  Buffer<std::byte> bytes(rows.row_bytes());
  rows.copy(std::span(&local, 1), bytes);
  return number_of(rows, local, sample, bytes);
}

}  // namespace

std::string fingerprint(const mpi::Communicator& communicator, const model::Examples& examples) {
  const std::size_t samples = examples.blocks.rows();
  const std::size_t count = std::min(samples, most_samples);
  const auto& shard = examples.shard;
  std::uint64_t sum = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t sample = k * samples / count;
    if (sample < shard.first_row || sample >= shard.first_row + shard.row_count) {
      continue;
    }
    const std::size_t local = sample - shard.first_row;
    const std::size_t row = examples.index[local].first;
    sum += number_of(*examples.x, row, sample);
    if (examples.y) {
      sum += number_of(*examples.y, row, samples + sample);
    }
  }
  sum = communicator.sum(sum);
  return fmt::format("{} samples of {}{}, content {:016x}", samples, describe(*examples.x),
                     examples.y ? " and " + describe(*examples.y) : "", sum);
}

std::string fingerprint(const mpi::Communicator& communicator, const data::RowStore& rows) {
  std::uint64_t sum = 0;
  rows.scan([&](const data::RowStore::Run& run) {
    for (std::size_t i = 0; i < run.count; ++i) {
      const std::size_t local = run.first + i;
      sum += number_of(rows, local, rows.row_number(local),
                       run.bytes.subspan(i * rows.row_bytes(), rows.row_bytes()));
    }
  });
  sum = communicator.sum(sum);
  const std::uint64_t count = communicator.sum(std::uint64_t{rows.count()});
  return fmt::format("{} rows of {}, content {:016x}", count, describe(rows), sum);
}

}  // namespace infomax::train

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/importers/shuffle.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "importers/shuffle_plan.hpp"
#include "importers/shuffle_spill.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/data/names.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/measure/memory.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/mpi/pending_file.hpp"

namespace infomax::importers {
namespace {

/// More parts than this would be more files than a process may have, or a folder likes.
constexpr std::size_t most_buckets = 4096;

/// With fewer records on average, the largest bucket would be several times the average.
constexpr std::size_t least_records = 16;

std::size_t count_buckets(const ShufflePlan& plan, std::size_t memory_bytes, std::size_t ranks) {
  // A bucket is in memory twice: as records, and as the rows that are written.
  const std::size_t bucket_bytes = memory_bytes / 4;
  const std::size_t all_bytes = plan.rows * plan.record_bytes;
  const std::size_t wanted = all_bytes / std::max<std::size_t>(1, bucket_bytes) + 1;
  const std::size_t buckets = (wanted + ranks - 1) / ranks * ranks;
  if (wanted > most_buckets || bucket_bytes / least_records < plan.record_bytes) {
    const auto text = [](std::size_t bytes) {
      return measure::memory_text(static_cast<double>(bytes));
    };
    throw SystemError(fmt::format(
        "{} rows, {} with their keys, cannot be shuffled in {} a rank; give `memory` {} or more",
        plan.rows, text(all_bytes), text(memory_bytes),
        4 * std::max(least_records * plan.record_bytes, all_bytes / most_buckets + 1)));
  }
  return buckets;
}

/// Rows [first, first + count) of a column as they will be written.
std::vector<std::byte> load(data::DatasetFile& file, const ShuffledColumn& column,
                            const ShuffledColumn& owner, const data::Shard& shard) {
  std::vector<std::byte> bytes;
  if (column.is_lengths) {
    const auto lengths = file.load_lengths(owner.name, shard);
    const auto view = std::as_bytes(std::span(lengths));
    bytes.assign(view.begin(), view.end());
    return bytes;
  }
  const data::Rows rows = file.load(column.name, shard);
  const data::Rows whole = column.shape.has_lengths ? rows.padded() : rows;
  bytes.assign(whole.bytes().begin(), whole.bytes().end());
  return bytes;
}

/// The first pass: reads all rows once and deals them to buckets.
void deal(const mpi::Communicator& communicator, const ShuffleRequest& request,
          data::DatasetFile& file, const ShufflePlan& plan, Spill& spill, WorkProgress& progress) {
  const data::Blocks blocks(plan.rows, static_cast<std::size_t>(communicator.size()));
  const data::Shard own = blocks.shard(communicator.rank(), communicator.size());
  const std::size_t slab_rows =
      std::max<std::size_t>(1, request.memory_bytes / 8 / plan.record_bytes);
  const std::uint64_t rounds =
      communicator.max(std::uint64_t{(own.row_count + slab_rows - 1) / slab_rows});
  const CounterRandom random(request.seed, RandomStream::shuffling);
  std::vector<std::byte> record(plan.record_bytes);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const std::size_t done = std::min(own.row_count, static_cast<std::size_t>(round) * slab_rows);
    const data::Shard slab{0, 0, own.first_row + done, std::min(slab_rows, own.row_count - done)};
    std::vector<std::vector<std::byte>> loaded;
    for (std::size_t k = 0; k < plan.columns.size(); ++k) {
      loaded.push_back(load(file, plan.columns[k], plan.columns[k == 0 ? 0 : k - 1], slab));
    }
    mpi::together(communicator, [&] {
      for (std::size_t i = 0; i < slab.row_count; ++i) {
        const std::uint64_t row = slab.first_row + i;
        const ShuffledPlace place{random.words(row)[0], row};
        std::memcpy(record.data(), &place, sizeof(place));
        for (std::size_t k = 0; k < plan.columns.size(); ++k) {
          const ShuffledColumn& column = plan.columns[k];
          std::memcpy(record.data() + column.offset, loaded[k].data() + i * column.row_bytes,
                      column.row_bytes);
        }
        // Buckets are equal ranges of keys, by their first 32 bits.
        const auto bucket = static_cast<std::size_t>((place.key >> 32U) * spill.buckets() >> 32U);
        spill.add(bucket, record);
      }
    });
    progress.reach(done + slab.row_count, 2 * std::max<std::size_t>(1, own.row_count));
  }
}

/// Where the records of a bucket go, in the order of their keys.
std::vector<std::size_t> sorted(std::span<const std::byte> records, std::size_t record_bytes) {
  std::vector<std::pair<ShuffledPlace, std::size_t>> places(records.size() / record_bytes);
  for (std::size_t i = 0; i < places.size(); ++i) {
    std::memcpy(&places[i].first, records.data() + i * record_bytes, sizeof(ShuffledPlace));
    places[i].second = i;
  }
  std::ranges::sort(places, {},
                    [](const auto& place) { return std::pair(place.first.key, place.first.row); });
  std::vector<std::size_t> order(places.size());
  std::ranges::transform(places, order.begin(), [](const auto& place) { return place.second; });
  return order;
}

/// Collective. What missing elements of the first file were filled with.
std::vector<double> fills_of(const mpi::Communicator& communicator,
                             const std::filesystem::path& first, const std::string& name) {
  std::vector<double> fills;
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      fills = data::read_fills(hdf5::File::open(first), name);
    }
  });
  std::uint64_t count = fills.size();
  communicator.broadcast(std::span<std::uint64_t>(&count, 1), 0);
  fills.resize(count);
  communicator.broadcast(std::span<double>(fills), 0);
  return fills;
}

/// Collective.
std::vector<hdf5::Dataset> create(const mpi::Communicator& communicator, data::DatasetFile& from,
                                  const std::filesystem::path& first, const ShufflePlan& plan,
                                  hdf5::File& to) {
  std::vector<hdf5::Dataset> datasets;
  for (const ShuffledColumn& column : plan.columns) {
    std::vector<std::size_t> extent{plan.rows};
    extent.insert(extent.end(), column.shape.trailing.begin(), column.shape.trailing.end());
    datasets.push_back(to.create_dataset(column.name, column.shape.type, extent));
    if (column.is_lengths) {
      continue;
    }
    for (const char* names :
         {data::columns_attribute, data::classes_attribute, data::tokens_attribute}) {
      data::write_names(to, column.name, names, from.names(column.name, names));
    }
    data::write_fills(to, column.name, fills_of(communicator, first, column.name));
  }
  return datasets;
}

/// The second pass: reads the buckets one by one, each by one rank, sorts and writes.
void gather(const mpi::Communicator& communicator, const ShufflePlan& plan, const Spill& spill,
            std::vector<hdf5::Dataset>& datasets, WorkProgress& progress) {
  const std::size_t each = spill.buckets() / static_cast<std::size_t>(communicator.size());
  const std::size_t first = each * static_cast<std::size_t>(communicator.rank());
  std::size_t start = 0;
  for (std::size_t bucket = 0; bucket < first; ++bucket) {
    start += spill.count(bucket);
  }
  for (std::size_t bucket = first; bucket < first + each; ++bucket) {
    std::vector<std::byte> records;
    std::vector<std::size_t> order;
    mpi::together(communicator, [&] {
      records = spill.read(bucket);
      order = sorted(records, plan.record_bytes);
    });
    for (std::size_t k = 0; k < plan.columns.size(); ++k) {
      const ShuffledColumn& column = plan.columns[k];
      std::vector<std::byte> rows(order.size() * column.row_bytes);
      for (std::size_t i = 0; i < order.size(); ++i) {
        std::memcpy(rows.data() + i * column.row_bytes,
                    records.data() + order[i] * plan.record_bytes + column.offset,
                    column.row_bytes);
      }
      datasets[k].write_rows(start, order.size(), column.shape.type, rows);
    }
    start += order.size();
    progress.reach(each + bucket - first + 1, 2 * each);
  }
}

}  // namespace

Shuffled shuffle(const mpi::Communicator& communicator, const ShuffleRequest& asked,
                 WorkProgress& progress) {
  ShuffleRequest request = asked;
  if (!request.x.starts_with('/')) {
    request.x = "/" + request.x;
  }
  data::DatasetFile file(communicator, request.data);
  const ShufflePlan plan = plan_shuffle(communicator, request, file);
  const auto ranks = static_cast<std::size_t>(communicator.size());
  const std::size_t buckets = count_buckets(plan, request.memory_bytes, ranks);
  mpi::PendingFile pending(communicator, request.output);
  pending.require_room(2 * plan.rows * plan.record_bytes);
  Spill spill(communicator, pending.path(), buckets, plan.record_bytes, request.memory_bytes / 4);
  deal(communicator, request, file, plan, spill, progress);
  spill.finish();
  hdf5::File written = hdf5::File::create_parallel(communicator, pending.path());
  {
    auto datasets =
        create(communicator, file, data::find_files(communicator, request.data).front().path, plan,
               written);
    gather(communicator, plan, spill, datasets, progress);
  }
  written.close();
  file.close();
  pending.commit();
  progress.finish();
  Shuffled shuffled{plan.rows, {}, plan.left_out};
  for (const ShuffledColumn& column : plan.columns) {
    shuffled.datasets.push_back(column.name);
  }
  return shuffled;
}

}  // namespace infomax::importers

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/importers/shuffle.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

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

/// What a record begins with: the key of its row, and the row, by which equal keys are ordered.
struct Place {
  std::uint64_t key = 0;
  std::uint64_t row = 0;
};

/// The objects of a file that are looked at.
constexpr std::size_t most_objects = 10000;

/// More parts than this would be more files than a process may have, or a folder likes.
constexpr std::size_t most_buckets = 4096;

/// With fewer records on average, the largest bucket would be several times the average.
constexpr std::size_t least_records = 16;

/// A data set whose rows are put into the new order.
struct Column {
  std::string name;
  data::DatasetShape shape;
  bool is_lengths = false;    ///< of the sequences of the column before this one
  std::size_t row_bytes = 0;  ///< of a record
  std::size_t offset = 0;     ///< in a record
};

/// What there is to shuffle.
struct Plan {
  std::vector<Column> columns;
  std::vector<std::string> left_out;
  std::size_t rows = 0;
  std::size_t record_bytes = sizeof(Place);
};

/// The rows of a data set, or the sequences whose steps it has.
std::size_t rows_of(const hdf5::File& file, const std::string& name) {
  const std::string offsets = data::offsets_of(name);
  return file.exists(offsets) ? file.dataset(offsets).rows() - 1 : file.dataset(name).rows();
}

/// Whether a data set belongs to another one of the file, and comes with it.
bool belongs_to_another(const hdf5::File& file, std::string_view name) {
  for (const std::string_view end : {"_lengths", "_offsets"}) {
    if (name.size() > end.size() && name.ends_with(end) &&
        file.exists(std::string(name.substr(0, name.size() - end.size())))) {
      return true;
    }
  }
  return false;
}

/// What becomes of an object of the first file, whose x has `rows` rows: "+" where it is shuffled,
/// "t" where it has strings, "-" where it has as many rows, but is left out, or nothing.
std::string fate_of(const hdf5::File& file, const hdf5::TreeEntry& entry, std::size_t rows) {
  try {
    if (entry.kind == hdf5::ObjectKind::group || entry.kind == hdf5::ObjectKind::other ||
        belongs_to_another(file, entry.path)) {
      return "";
    }
    if (file.is_group(entry.path)) {
      return "";
    }
    if (file.holds_texts(entry.path)) {
      return file.text_count(entry.path) == rows ? "t" : "";
    }
    const hdf5::Dataset dataset = file.dataset(entry.path);
    if (rows_of(file, entry.path) != rows) {
      return "";
    }
    return dataset.features() > 0 ? "+" : "-";
  } catch (const DataError&) {
    return !entry.shape.empty() && entry.shape.front() == rows ? "-" : "";
  }
}

/// On the root: a line for each object of the first file that has as many rows as its x, its fate
/// before its name.
std::string candidates(const std::filesystem::path& first, const std::string& x) {
  const hdf5::File file = hdf5::File::open(first);
  const std::size_t rows = rows_of(file, x);
  const hdf5::Tree tree = file.tree(most_objects);
  if (!tree.is_complete) {
    throw DataError(
        fmt::format("{} has more than {} objects, or groups within groups without end; "
                    "shuffle a file that has the rows alone",
                    first.string(), most_objects));
  }
  std::string names;
  for (const hdf5::TreeEntry& entry : tree.entries) {
    if (const std::string fate = entry.path == x ? "" : fate_of(file, entry, rows); !fate.empty()) {
      names += fate + entry.path + "\n";
    }
  }
  return names;
}

void add_column(Plan& plan, const std::string& name, const data::DatasetShape& shape) {
  Column column{name, shape};
  column.row_bytes = shape.features * hdf5::size(shape.type);
  plan.columns.push_back(column);
  if (shape.has_lengths) {
    Column lengths{data::lengths_of(name), {}, true, sizeof(std::uint32_t)};
    lengths.shape.type = hdf5::element_type_of<std::uint32_t>();
    plan.columns.push_back(lengths);
  }
}

/// Collective.
Plan make_plan(const mpi::Communicator& communicator, const ShuffleRequest& request,
               data::DatasetFile& file) {
  const auto pieces = data::find_files(communicator, request.data);
  std::string listed;
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      listed = candidates(pieces.front().path, request.x);
    }
  });
  listed = communicator.broadcast(listed, 0);
  if (file.has("/lengths")) {
    throw DataError(request.data +
                    " has trajectories (/lengths), whose rows mean something in their order; train "
                    "on it with `pair` lag as it is, or leave /lengths out of it");
  }
  Plan plan;
  const auto x = file.shape(request.x);
  plan.rows = x.rows;
  add_column(plan, request.x, x);
  for (std::size_t begin = 0; begin < listed.size();) {
    const std::size_t end = listed.find('\n', begin);
    const char fate = listed[begin];
    const std::string name = listed.substr(begin + 1, end - begin - 1);
    begin = end + 1;
    if (fate == '-' || (fate == 't' && name != "/y")) {
      plan.left_out.push_back(name);
      continue;
    }
    if (fate == 't') {
      file.expect_labels(name);
    }
    const auto shape = file.shape(name);
    if (shape.rows == plan.rows) {
      add_column(plan, name, shape);
    }
  }
  for (Column& column : plan.columns) {
    column.offset = plan.record_bytes;
    plan.record_bytes += column.row_bytes;
  }
  return plan;
}

std::size_t count_buckets(const Plan& plan, std::size_t memory_bytes, std::size_t ranks) {
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
std::vector<std::byte> load(data::DatasetFile& file, const Column& column, const Column& owner,
                            const data::Shard& shard) {
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
          data::DatasetFile& file, const Plan& plan, Spill& spill, WorkProgress& progress) {
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
        const Place place{random.words(row)[0], row};
        std::memcpy(record.data(), &place, sizeof(place));
        for (std::size_t k = 0; k < plan.columns.size(); ++k) {
          const Column& column = plan.columns[k];
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
  std::vector<std::pair<Place, std::size_t>> places(records.size() / record_bytes);
  for (std::size_t i = 0; i < places.size(); ++i) {
    std::memcpy(&places[i].first, records.data() + i * record_bytes, sizeof(Place));
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
                                  const std::filesystem::path& first, const Plan& plan,
                                  hdf5::File& to) {
  std::vector<hdf5::Dataset> datasets;
  for (const Column& column : plan.columns) {
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
void gather(const mpi::Communicator& communicator, const Plan& plan, const Spill& spill,
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
      const Column& column = plan.columns[k];
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
  const Plan plan = make_plan(communicator, request, file);
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
  for (const Column& column : plan.columns) {
    shuffled.datasets.push_back(column.name);
  }
  return shuffled;
}

}  // namespace infomax::importers

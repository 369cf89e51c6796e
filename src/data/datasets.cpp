// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/datasets.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "data/sequence_steps.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/data/joined_rows.hpp"
#include "infomax/data/paged_rows.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::data {
namespace {

/// What a page takes unless the user says how many rows it has.
constexpr std::size_t default_page_bytes = std::size_t{1} << 20U;

/// What a page takes at most to have whole chunks.
constexpr std::size_t most_page_bytes = std::size_t{16} << 20U;

/// "2.5 MiB"
std::string in_mebibytes(std::size_t bytes) {
  return fmt::format("{:.3g} MiB", static_cast<double>(bytes) / 1048576.0);
}

/// How many rows the pages may have of which as many as must be held fit into so many bytes.
std::size_t most_page_rows(const DatasetShape& shape, std::size_t bytes) {
  const std::size_t row_bytes = shape.features * hdf5::size(shape.type);
  return std::max<std::size_t>(
      1, bytes / PagedRows::fewest_pages / std::max<std::size_t>(1, row_bytes));
}

void require_equal_counts(const DatasetShape& lengths, const DatasetShape& sequences) {
  if (lengths.rows != sequences.rows) {
    throw DataError(fmt::format(
        "{} has {} lengths, and {} has {} rows; row i of both must be the same sequence, or, where "
        "the steps lie one after another, {} must say where each sequence begins",
        lengths.where, lengths.rows, sequences.where, sequences.rows, offsets_of("the data set")));
  }
}

void require_steps(const DatasetShape& sequences, const char* what) {
  if (sequences.trailing.empty()) {
    throw DataError(fmt::format(
        "{} has one number a row, which is no sequence of steps, and {} says that it is",
        sequences.where, what));
  }
  if (sequences.trailing.front() > std::numeric_limits<std::uint32_t>::max()) {
    throw DataError(fmt::format("{} has sequences of more than 4294967295 steps", sequences.where));
  }
}

/// Makes T `steps` or more.
void set_steps(DatasetShape& shape, std::size_t steps) {
  const std::size_t width = shape.features / shape.trailing.front();
  shape.trailing.front() = steps;
  shape.features = steps * width;
}

std::vector<std::uint32_t> narrowed(const std::vector<std::size_t>& numbers) {
  std::vector<std::uint32_t> lengths(numbers.size());
  std::ranges::transform(numbers, lengths.begin(),
                         [](std::size_t n) { return static_cast<std::uint32_t>(n); });
  return lengths;
}

/// The lengths that offsets stand for.
std::vector<std::uint32_t> differences(const std::vector<std::size_t>& offsets) {
  std::vector<std::uint32_t> lengths(offsets.empty() ? 0 : offsets.size() - 1);
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    lengths[i] = static_cast<std::uint32_t>(offsets[i + 1] - offsets[i]);
  }
  return lengths;
}

}  // namespace

std::string lengths_of(const std::string& dataset) { return dataset + "_lengths"; }

std::string offsets_of(const std::string& dataset) { return dataset + "_offsets"; }

std::size_t DatasetShape::bytes_of(std::size_t count) const {
  if (!has_lengths) {
    return count * features * hdf5::size(type);
  }
  const std::size_t step_bytes = features / trailing.front() * hdf5::size(type);
  const double share = static_cast<double>(count) / static_cast<double>(rows);
  return static_cast<std::size_t>(share * static_cast<double>(total_steps)) * step_bytes;
}

Shard Datasets::part_to_check(const std::string& /*dataset*/, std::size_t rows,
                              std::size_t more) const {
  const Blocks blocks(rows - more, static_cast<std::size_t>(communicator_.size()));
  Shard part = blocks.shard(communicator_.rank(), communicator_.size());
  part.row_count += part.row_count > 0 ? more : 0;
  return part;
}

void Datasets::expect_sequences(const std::string& dataset, const SequenceOptions& options) {
  sequences_[dataset] = options;
  found_.erase(dataset);
}

DatasetShape Datasets::shape(const std::string& dataset) {
  try {
    return find(dataset).shape;
  } catch (...) {
    after_failure();
    throw;
  }
}

Rows Datasets::load(const std::string& dataset, const Shard& shard) {
  try {
    Rows rows = load_as(find(dataset), dataset, shard);
    require_finite(communicator_, rows);
    return rows;
  } catch (...) {
    after_failure();
    throw;
  }
}

void Datasets::stream(const Streaming& streaming) {
  streaming_ = streaming;
  memory_left_ = streaming.memory_bytes;
}

bool Datasets::streams(const std::string& dataset, const Shard& shard) {
  try {
    const Found& found = find(dataset);
    if (found.kind == Kind::joined) {
      if (must_stream()) {
        throw DataError(fmt::format(
            "{} are data sets side by side, which are read into memory; give `data_mode` memory",
            found.shape.where));
      }
      return false;
    }
    if (streaming_.mode == DataMode::memory || stored_chunk_rows(dataset) == 0) {
      return false;
    }
    if (found.kind != Kind::rows) {
      if (streaming_.mode == DataMode::stream) {
        throw DataError(fmt::format(
            "{} holds sequences with lengths of their own, which are read into memory; give "
            "`data_mode` memory",
            found.shape.where));
      }
      return false;
    }
    // A few rows, such as labels, are not worth a file that stays open; and where not even pages
    // fit, what is said of rows in memory is said. Ranks may have unequal memory, and do the same.
    const bool must = must_stream();
    const std::size_t most = must ? streaming_.memory_bytes / 16 : memory_left_;
    const std::size_t row_bytes = found.shape.features * hdf5::size(found.shape.type);
    // All ranks ask for the rows of a page, since they read them from the file together.
    const std::size_t rows_a_page = must ? 0 : page_rows(dataset);
    const bool fits =
        must || row_bytes <= streaming_.memory_bytes / PagedRows::fewest_pages / rows_a_page;
    const bool is_large = found.shape.bytes_of(shard.row_count) > most;
    const bool any_is_large = communicator_.max(std::uint64_t{is_large ? 1U : 0U}) > 0;
    const bool all_fit = communicator_.min(std::uint64_t{fits ? 1U : 0U}) > 0;
    const bool fewer_fit = row_bytes <= streaming_.memory_bytes / PagedRows::fewest_pages;
    if (any_is_large && !all_fit && fewer_fit && communicator_.is_root()) {
      log::warning_once(
          "not streamed " + found.shape.where,
          fmt::format(
              "{} takes more than the {} that rows may take, and so do {} of its pages, of {} rows "
              "each: it is read into memory; to stream it, give `page_rows` {} or fewer, or more "
              "`data_memory`",
              found.shape.where, in_mebibytes(streaming_.memory_bytes), PagedRows::fewest_pages,
              std::min(rows_a_page, found.shape.rows),
              most_page_rows(found.shape, streaming_.memory_bytes)));
    }
    return any_is_large && all_fit;
  } catch (...) {
    after_failure();
    throw;
  }
}

std::size_t Datasets::page_rows(const std::string& dataset) {
  if (streaming_.page_rows) {
    return *streaming_.page_rows;
  }
  const DatasetShape described = shape(dataset);
  const std::size_t row_bytes = described.features * hdf5::size(described.type);
  const bool joined = find(dataset).kind == Kind::joined;
  const std::size_t chunk = joined ? 1 : std::max<std::size_t>(1, stored_chunk_rows(dataset));
  const std::size_t rows = std::max<std::size_t>(1, default_page_bytes / row_bytes);
  // Of chunks that are tall and narrow, a page of whole rows would take any memory.
  return chunk > most_page_bytes / row_bytes ? rows
                                             : std::max<std::size_t>(1, rows / chunk) * chunk;
}

std::shared_ptr<const RowStore> Datasets::open(const std::string& dataset, const Shard& shard) {
  if (!streams(dataset, shard)) {
    auto rows = std::make_shared<Rows>(load(dataset, shard));
    memory_left_ -= std::min(memory_left_, rows->size_bytes());
    return rows;
  }
  // Samples of x and y are the same, and so are their pages.
  streaming_.page_rows = page_rows(dataset);
  std::shared_ptr<const RowStore> pages;
  try {
    mpi::together(communicator_, [&] {
      const DatasetShape& shape = find(dataset).shape;
      const std::size_t least = PagedRows::fewest_pages *
                                std::min(shard.row_count, *streaming_.page_rows) * shape.features *
                                hdf5::size(shape.type);
      if (least > streaming_.memory_bytes) {
        throw SystemError(fmt::format(
            "{} has pages of {} rows, of which {} at least are held, {}, and rows may take {}; "
            "give "
            "`page_rows` {} or fewer, or more `data_memory`",
            shape.where, *streaming_.page_rows, PagedRows::fewest_pages, in_mebibytes(least),
            in_mebibytes(streaming_.memory_bytes), most_page_rows(shape, streaming_.memory_bytes)));
      }
      pages =
          open_pages(find(dataset).shape, dataset, shard, *streaming_.page_rows, memory_left_ / 2);
    });
  } catch (...) {
    after_failure();
    throw;
  }
  memory_left_ -= std::min(memory_left_, pages->size_bytes());
  return pages;
}

const Datasets::Found& Datasets::find(const std::string& dataset) {
  const auto known = found_.find(dataset);
  return known != found_.end() ? known->second
                               : found_.emplace(dataset, look(dataset)).first->second;
}

Datasets::Found Datasets::look(const std::string& dataset) {
  if (is_list(dataset) && !has(dataset)) {
    return look_at_list(dataset);
  }
  Found found{stored_shape(dataset)};
  DatasetShape& shape = found.shape;
  const SequenceOptions options = sequences_[dataset];
  const std::string lengths = lengths_of(dataset);
  const std::string offsets = offsets_of(dataset);
  const bool has_offsets = has(offsets);
  if (has(lengths)) {
    const DatasetShape described = stored_shape(lengths);
    require_step_numbers(described);
    if (has_offsets) {
      throw DataError(fmt::format("{} has both {} and {}, which say the same; remove one",
                                  shape.where, lengths, offsets));
    }
    require_equal_counts(described, shape);
    require_steps(shape, lengths.c_str());
    const Rows part = load_stored(lengths, part_to_check(lengths, described.rows, 0));
    shape.total_steps = count_steps(communicator_, part, shape.trailing.front(), shape).total;
    found.kind = Kind::padded;
  } else if (has_offsets) {
    const DatasetShape described = stored_shape(offsets);
    require_step_numbers(described);
    if (described.rows < 2) {
      throw DataError(fmt::format(
          "{} has one offset; it must have one for each sequence, and one for the end of the last",
          described.where));
    }
    const Rows part = load_stored(offsets, part_to_check(offsets, described.rows, 1));
    const StepCounts counts = count_offsets(communicator_, part, described.rows, shape);
    shape.total_steps = counts.total;
    shape.rows = described.rows - 1;
    shape.trailing.insert(shape.trailing.begin(), 1);
    set_steps(shape, std::max<std::size_t>(1, counts.longest));
    require_steps(shape, offsets.c_str());
    found.kind = Kind::flat;
  } else if (options.padding_value) {
    require_steps(shape, "`padding_value`");
    shape.total_steps = shape.rows * shape.trailing.front();
    found.kind = Kind::marked;
  }
  shape.has_lengths = found.kind != Kind::rows;
  if (shape.has_lengths && options.least_steps > shape.trailing.front()) {
    set_steps(shape, options.least_steps);
  }
  return found;
}

/// Where the sequences of a shard begin, and where the last one ends; nothing of an empty shard.
std::vector<std::size_t> Datasets::load_offsets(const std::string& dataset, const Shard& shard) {
  const Shard with_end{0, 0, shard.first_row, shard.row_count + (shard.row_count > 0 ? 1 : 0)};
  return step_numbers(load_stored(offsets_of(dataset), with_end));
}

std::vector<std::uint32_t> Datasets::load_lengths(const std::string& dataset, const Shard& shard) {
  try {
    const Found& found = find(dataset);
    switch (found.kind) {
      case Kind::flat:
        return differences(load_offsets(dataset, shard));
      case Kind::padded:
        return narrowed(step_numbers(load_stored(lengths_of(dataset), shard)));
      case Kind::marked:
        return unpadded_lengths(load_stored(dataset, shard), *sequences_[dataset].padding_value);
      case Kind::rows:
      case Kind::joined:
        break;
    }
    return {};
  } catch (...) {
    after_failure();
    throw;
  }
}

Rows Datasets::load_as(const Found& found, const std::string& dataset, const Shard& shard) {
  if (found.kind == Kind::rows) {
    return load_stored(dataset, shard);
  }
  if (found.kind == Kind::joined) {
    return load_joined(found, dataset, shard);
  }
  // Memory may run out on one rank only, and what follows is collective.
  std::optional<Rows> rows;
  const std::size_t steps = found.shape.trailing.front();
  if (found.kind == Kind::flat) {
    const auto offsets = load_offsets(dataset, shard);
    const Shard held =
        offsets.empty() ? Shard{} : Shard{0, 0, offsets.front(), offsets.back() - offsets.front()};
    Rows flat = load_stored(dataset, held);
    mpi::together(communicator_, [&] {
      rows.emplace(std::move(flat), steps, shard.first_row, differences(offsets));
    });
    return std::move(*rows);
  }
  std::vector<std::size_t> counts;
  if (found.kind == Kind::padded) {
    counts = step_numbers(load_stored(lengths_of(dataset), shard));
  }
  Rows padded = load_stored(dataset, shard);
  mpi::together(communicator_, [&] {
    auto lengths = found.kind == Kind::marked
                       ? unpadded_lengths(padded, *sequences_[dataset].padding_value)
                       : narrowed(counts);
    rows.emplace(Rows::from_padded(std::move(padded), steps, std::move(lengths)));
  });
  return std::move(*rows);
}

}  // namespace infomax::data

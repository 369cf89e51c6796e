#include "infomax/model/examples.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/data/split.hpp"
#include "infomax/data/trajectories.hpp"

namespace infomax::model {
namespace {

void require_two_rows(const data::DatasetShape& x) {
  if (x.rows < 2) {
    throw DataError(fmt::format(
        "{} has one row only, and a dependence needs two or more; give more data", x.where));
  }
}

data::Blocks blocks_of(std::size_t samples, std::size_t count) {
  return count == 0 ? data::Blocks(samples) : data::Blocks(samples, count);
}

/// The pairs of a file's trajectories: those that /lengths says, or one of all rows.
data::LaggedPairs find_pairs(data::DatasetFile& opened, const data::DatasetShape& x,
                             const PairSettings& settings) {
  if (!opened.has(settings.lengths_path)) {
    return {{x.rows}, settings.lag};
  }
  const auto shape = opened.shape(settings.lengths_path);
  if (shape.features != 1 || !hdf5::is_integer(shape.type)) {
    throw DataError(
        fmt::format("{} must be one column of integers, the rows of each trajectory", shape.where));
  }
  // A few numbers, which every rank needs all of.
  const auto stored = opened.load(settings.lengths_path, {0, 0, 0, shape.rows});
  std::vector<std::size_t> lengths;
  std::size_t total = 0;
  stored.with_elements([&](auto elements) {
    for (const auto length : elements) {
      lengths.push_back(static_cast<std::size_t>(std::max(0.0, static_cast<double>(length))));
      total += lengths.back();
    }
  });
  if (total != x.rows) {
    throw DataError(
        fmt::format("{} adds up to {} rows, and {} has {}", shape.where, total, x.where, x.rows));
  }
  return {std::move(lengths), settings.lag};
}

/// Samples are pairs of rows; a rank holds the rows from its first pair's start to its last one's
/// end, of which the last `lag` are its neighbour's too.
Examples load_lagged(const mpi::Communicator& communicator, data::DatasetFile& opened,
                     const data::DatasetShape& x_shape, const PairSettings& settings,
                     std::size_t block_count) {
  const auto pairs = find_pairs(opened, x_shape, settings);
  const data::Blocks blocks = blocks_of(pairs.count(), block_count);
  const data::Shard shard = blocks.shard(communicator.rank(), communicator.size());
  data::Shard held{shard.first_block, shard.block_count, 0, 0};
  std::vector<std::size_t> start_of(shard.row_count);
  if (shard.row_count > 0) {
    held.first_row = pairs.row(shard.first_row);
    held.row_count =
        pairs.row(shard.first_row + shard.row_count - 1) + pairs.lag() + 1 - held.first_row;
    for (std::size_t i = 0; i < start_of.size(); ++i) {
      start_of[i] = pairs.row(shard.first_row + i) - held.first_row;
    }
  }
  return {blocks, shard, opened.load(settings.x_path, held), std::nullopt, std::move(start_of)};
}

}  // namespace

TargetKind parse_target_kind(const std::string& name) {
  if (name == "auto") {
    return TargetKind::automatic;
  }
  if (name == "classes") {
    return TargetKind::classes;
  }
  if (name == "values") {
    return TargetKind::values;
  }
  throw UsageError(fmt::format("--target is \"{}\"; it must be auto, classes or values", name));
}

Examples load_examples(const mpi::Communicator& communicator, const std::string& file,
                       const PairSettings& settings, std::size_t block_count) {
  data::DatasetFile opened(communicator, file);
  const auto x_shape = opened.shape(settings.x_path);
  require_two_rows(x_shape);
  if (settings.pair == Pair::lag) {
    return load_lagged(communicator, opened, x_shape, settings, block_count);
  }
  const bool with_y = reads_y(settings.pair) && settings.split.empty();
  if (with_y) {
    data::require_equal_rows(x_shape, opened.shape(settings.y_path));
  }
  const data::Blocks blocks = blocks_of(x_shape.rows, block_count);
  const data::Shard shard = blocks.shard(communicator.rank(), communicator.size());
  Examples examples{blocks, shard, opened.load(settings.x_path, shard), std::nullopt, {}};
  if (with_y) {
    examples.y = opened.load(settings.y_path, shard);
  } else if (!settings.split.empty()) {
    const auto split = data::parse_split(settings.split, examples.x);
    examples.y = examples.x.select(split.second);
    examples.x = examples.x.select(split.first);
  }
  return examples;
}

data::Normalization fit_x(const mpi::Communicator& communicator, const Examples& examples,
                          const std::string& file, const PairSettings& settings,
                          data::NormalizeMode mode) {
  if (settings.pair != Pair::lag) {
    return data::fit_normalization(communicator, examples.x, examples.blocks, mode);
  }
  // Ranks share rows at the ends of their shards, so those are read again, each by one rank.
  data::DatasetFile opened(communicator, file);
  const data::Blocks blocks(opened.shape(settings.x_path).rows, examples.blocks.count());
  const auto rows =
      opened.load(settings.x_path, blocks.shard(communicator.rank(), communicator.size()));
  return data::fit_normalization(communicator, rows, blocks, mode);
}

std::size_t count_classes(const mpi::Communicator& communicator, const Examples& examples,
                          TargetKind kind) {
  const data::Rows& y = examples.y.value();
  const bool classes =
      kind == TargetKind::classes || (kind == TargetKind::automatic && data::holds_labels(y));
  return classes ? data::class_count(communicator, y) : 0;
}

}  // namespace infomax::model

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/examples.hpp"

#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/data/held_out.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/data/split.hpp"
#include "model/lagged_examples.hpp"

namespace infomax::model {
namespace {

void require_two_rows(const data::DatasetShape& x) {
  if (x.rows < 2) {
    throw DataError(fmt::format(
        "{} has one row only, and a dependence needs two or more; give more data", x.where));
  }
}

/// Takes the held-out samples, whole rows, out of `examples`, and renumbers what stays.
Examples take_out(const mpi::Communicator& communicator, Examples& examples,
                  const HoldOut& hold_out) {
  const data::HeldOut chosen(examples.blocks, hold_out.fraction, hold_out.seed);
  const auto rows = chosen.rows_of(examples.shard);
  const auto shard_of = [&](const data::Blocks& blocks) {
    return blocks.shard(communicator.rank(), communicator.size());
  };
  Examples held_out{
      chosen.held_out(), shard_of(chosen.held_out()), examples.x.extract(rows), std::nullopt, {}};
  if (examples.y) {
    held_out.y = examples.y->extract(rows);
  }
  examples.blocks = chosen.kept();
  examples.shard = shard_of(examples.blocks);
  return held_out;
}

}  // namespace

void cut_into_parts(const Examples& examples, std::span<const std::size_t> samples,
                    stats::RowParts& parts) {
  const data::Shard& shard = examples.shard;
  parts.ends.assign(shard.block_count, 0);
  std::size_t end = 0;
  for (std::size_t v = 0; v < shard.block_count; ++v) {
    const std::size_t block_end =
        examples.blocks.first_row(shard.first_block + v + 1) - shard.first_row;
    while (end < samples.size() && samples[end] < block_end) {
      ++end;
    }
    parts.ends[v] = end;
  }
}

TargetKind parse_target_kind(const std::string& name) {
  return parse_field<TargetKind>("`target`", name);
}

SplitExamples load_split_examples(const mpi::Communicator& communicator, data::Datasets& source,
                                  const PairSettings& settings, std::size_t block_count,
                                  const HoldOut& hold_out) {
  const auto x_shape = source.shape(settings.x_path);
  require_two_rows(x_shape);
  if (settings.pair == Pair::lag) {
    return load_lagged(communicator, source, x_shape, settings, block_count, hold_out.fraction);
  }
  const bool with_y = reads_y(settings.pair) && settings.split.empty();
  if (with_y) {
    data::require_equal_rows(x_shape, source.shape(settings.y_path));
  }
  const data::Blocks blocks =
      block_count == 0 ? data::Blocks(x_shape.rows) : data::Blocks(x_shape.rows, block_count);
  const data::Shard shard = blocks.shard(communicator.rank(), communicator.size());
  Examples examples{blocks, shard, source.load(settings.x_path, shard), std::nullopt, {}};
  if (with_y) {
    examples.y = source.load(settings.y_path, shard);
  } else if (!settings.split.empty()) {
    const auto split = data::parse_split(settings.split, settings.image, examples.x);
    examples.y = examples.x.select(split.second);
    examples.x = examples.x.select(split.first);
  }
  if (hold_out.fraction == 0.0) {
    return {std::move(examples), std::nullopt};
  }
  auto held_out = take_out(communicator, examples, hold_out);
  return {std::move(examples), std::move(held_out)};
}

Examples load_examples(const mpi::Communicator& communicator, data::Datasets& source,
                       const PairSettings& settings, std::size_t block_count) {
  return load_split_examples(communicator, source, settings, block_count, {}).training;
}

Examples load_examples(const mpi::Communicator& communicator, const std::string& file,
                       const PairSettings& settings, std::size_t block_count) {
  data::DatasetFile opened(communicator, file);
  return load_examples(communicator, opened, settings, block_count);
}

data::Normalization fit_x(const mpi::Communicator& communicator, const Examples& examples,
                          data::Datasets& source, const PairSettings& settings,
                          data::NormalizeMode mode) {
  if (settings.pair != Pair::lag) {
    return data::fit_normalization(communicator, examples.x, examples.blocks, mode);
  }
  // Ranks share rows at the ends of their shards, so those are read again, each by one rank.
  const data::Blocks blocks(examples.rows_used, examples.blocks.count());
  const auto rows =
      source.load(settings.x_path, blocks.shard(communicator.rank(), communicator.size()));
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

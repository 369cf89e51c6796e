// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/examples.hpp"

#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/data/held_out.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/data/row_selection.hpp"
#include "infomax/data/split.hpp"
#include "infomax/data/stretches.hpp"
#include "infomax/measure/memory.hpp"
#include "infomax/model/view_shapes.hpp"
#include "model/lagged_examples.hpp"

namespace infomax::model {
namespace {

void require_two_rows(const data::DatasetShape& x) {
  if (x.rows < 2) {
    throw DataError(fmt::format(
        "{} has one row only, and a dependence needs two or more; give more data", x.where));
  }
}

/// Collective. Throws SystemError where the shards of a data set do not fit into memory.
void require_memory_for(const mpi::Communicator& communicator, const data::DatasetShape& shape,
                        const data::Shard& shard) {
  measure::require_memory(communicator,
                          {shape.bytes_of(shard.row_count),
                           fmt::format("{} has {} rows of {} columns, which are held in memory",
                                       shape.where, shape.rows, shape.features),
                           "use more nodes, fewer rows or columns, or `data_mode` stream"});
}

/// These rows of the examples, which are then all rows of `blocks`.
Examples select(const mpi::Communicator& communicator, const Examples& examples,
                const data::Blocks& blocks, const data::ChosenRows& rows) {
  Examples selected{blocks, blocks.shard(communicator.rank(), communicator.size()),
                    std::make_shared<data::RowSelection>(examples.x, rows)};
  if (examples.y) {
    selected.y = std::make_shared<data::RowSelection>(examples.y, rows);
  }
  return selected;
}

/// Both sets are views of the same rows in memory.
SplitExamples hold_out_rows(const mpi::Communicator& communicator, const Examples& examples,
                            const HoldOut& hold_out) {
  const data::HeldOut chosen(examples.blocks, hold_out.fraction, hold_out.seed);
  const auto rows = chosen.rows_of(examples.shard);
  return {select(communicator, examples, chosen.kept(),
                 data::choose_other_rows(rows, examples.shard.row_count)),
          select(communicator, examples, chosen.held_out(), data::choose_rows(rows))};
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

SplitExamples load_split_examples(const mpi::Communicator& communicator, data::Datasets& source,
                                  const PairSettings& settings, std::size_t block_count,
                                  const HoldOut& hold_out) {
  const auto x_shape = source.shape(settings.x_path);
  require_two_rows(x_shape);
  if (settings.meaning().is_lagged) {
    return load_lagged(communicator, source, x_shape, settings, block_count, hold_out);
  }
  require_views(source, settings);
  const bool with_y = settings.reads_second_data_set();
  // The classes of a model that was trained on numbers say nothing of strings.
  if (settings.meaning().has_targets() &&
      (settings.classes == 0 || !settings.class_names.empty())) {
    source.expect_labels(settings.y_path, settings.class_names);
  }
  if (with_y) {
    data::require_equal_rows(x_shape, source.shape(settings.y_path));
  }
  const data::Blocks blocks =
      block_count == 0 ? data::Blocks(x_shape.rows) : data::Blocks(x_shape.rows, block_count);
  const data::Shard shard = blocks.shard(communicator.rank(), communicator.size());
  // Rows in memory alone can be split into views.
  const bool in_memory = !settings.split.empty() && !source.must_stream();
  if (in_memory || !source.streams(settings.x_path, shard)) {
    require_memory_for(communicator, x_shape, shard);
  }
  Examples examples{blocks, shard,
                    in_memory ? std::make_shared<data::Rows>(source.load(settings.x_path, shard))
                              : source.open(settings.x_path, shard)};
  if (with_y) {
    examples.y = source.open(settings.y_path, shard);
  } else if (!settings.split.empty()) {
    const auto split = data::parse_split(settings.split, settings.image, *examples.x);
    examples.y = examples.x->select_columns(split.second);
    examples.x = examples.x->select_columns(split.first);
  }
  if (hold_out.fraction == 0.0) {
    return {std::move(examples), std::nullopt};
  }
  return hold_out_rows(communicator, examples, hold_out);
}

Examples load_examples(const mpi::Communicator& communicator, data::Datasets& source,
                       const PairSettings& settings, std::size_t block_count) {
  return load_split_examples(communicator, source, settings, block_count, {}).training;
}

Examples load_examples(const mpi::Communicator& communicator, const std::string& file,
                       const PairSettings& settings, std::size_t block_count, const Steps& least,
                       const data::Streaming& streaming) {
  data::DatasetFile opened(communicator, file);
  opened.stream(streaming);
  expect_sequences(opened, settings, least);
  return load_examples(communicator, opened, settings, block_count);
}

data::Normalization fit_x(const mpi::Communicator& communicator, const Examples& examples,
                          data::Datasets& source, const PairSettings& settings,
                          data::NormalizeMode mode, bool by_step) {
  if (examples.index.is_identity()) {
    return data::fit_normalization(communicator, *examples.x, examples.blocks, mode, by_step);
  }
  // Ranks share rows at the ends of their shards, so those are read again, each by one rank.
  const auto used = examples.index.used();
  const data::Blocks blocks(data::total(used), examples.blocks.count());
  const auto shard = blocks.shard(communicator.rank(), communicator.size());
  const auto rows = data::load_stretches(communicator, source, settings.x_path,
                                         data::cut(used, shard.first_row, shard.row_count));
  return data::fit_normalization(communicator, *rows, blocks, mode, by_step);
}

std::size_t count_classes(const mpi::Communicator& communicator, const Examples& examples,
                          TargetKind kind) {
  const data::RowStore& y = examples.y->whole();
  const bool classes =
      kind == TargetKind::classes || (kind == TargetKind::automatic && data::holds_labels(y));
  return classes ? data::class_count(communicator, y) : 0;
}

}  // namespace infomax::model

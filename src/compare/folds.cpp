// SPDX-License-Identifier: BSD-3-Clause
#include "compare/folds.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "infomax/analysis/probe_split.hpp"
#include "infomax/core/error.hpp"
#include "infomax/data/group_ids.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/mpi/failure.hpp"
#include "train/derived.hpp"

namespace infomax::compare {
namespace {

/// Collective. The lengths of the trajectories that `lengths` names, or one of all rows.
std::vector<std::size_t> read_trajectories(data::Datasets& file, const std::string& lengths,
                                           std::size_t rows) {
  if (!file.has(lengths)) {
    return {rows};
  }
  const auto shape = file.shape(lengths);
  if (shape.features != 1 || !hdf5::is_integer(shape.type)) {
    throw DataError(
        fmt::format("{} must be one column of integers, the rows of each trajectory", shape.where));
  }
  const auto stored = file.load(lengths, {0, 0, 0, shape.rows});
  std::vector<std::size_t> trajectories;
  std::size_t total = 0;
  stored.with_elements([&](auto elements) {
    for (const auto length : elements) {
      const auto number = static_cast<double>(length);
      // What is negative, or more than the rows left, must not wrap around.
      const bool fits =
          number >= 0.0 && number <= static_cast<double>(rows - std::min(rows, total));
      trajectories.push_back(fits ? static_cast<std::size_t>(number) : 0);
      total = fits ? total + trajectories.back() : rows + 1;
    }
  });
  if (total != rows) {
    throw DataError(
        fmt::format("{} does not add up to the {} rows; correct it, or name others by "
                    "`lengths`",
                    shape.where, rows));
  }
  return trajectories;
}

/// Every row's trajectory.
std::vector<std::uint64_t> groups_of_trajectories(const std::vector<std::size_t>& trajectories,
                                                  const data::Shard& shard) {
  std::vector<std::uint64_t> groups;
  groups.reserve(shard.row_count);
  std::size_t end = 0;
  for (std::size_t k = 0; k < trajectories.size(); ++k) {
    const std::size_t first = std::max(end, shard.first_row);
    end += trajectories[k];
    const std::size_t last = std::min(end, shard.first_row + shard.row_count);
    groups.insert(groups.end(), last > first ? last - first : 0, k);
  }
  return groups;
}

FoldKind settle_kind(const FoldOptions& options, bool is_lagged, bool has_classes) {
  const FoldKind kind = options.kind.value_or(!options.groups.empty() ? FoldKind::grouped
                                              : is_lagged             ? FoldKind::blocked
                                              : has_classes           ? FoldKind::stratified
                                                                      : FoldKind::random);
  const std::string name = FieldText<FoldKind>::format(kind);
  if (is_lagged && (kind == FoldKind::random || kind == FoldKind::stratified)) {
    throw UsageError(fmt::format(
        "`fold_kind` is {}, and `pair` lag compares neighbouring rows, which must be held out "
        "together; choose blocked or, for whole trajectories, grouped",
        name));
  }
  if (kind == FoldKind::grouped && options.groups.empty() && !is_lagged) {
    throw UsageError("`fold_kind` grouped needs `groups`, such as `groups` /subject");
  }
  if (kind != FoldKind::grouped && !options.groups.empty()) {
    throw UsageError(fmt::format(
        "`groups` keeps rows of a group together, and `fold_kind` is {}; leave one out", name));
  }
  if (kind != FoldKind::blocked && options.gap > 0) {
    throw UsageError(
        fmt::format("`gap` is for `fold_kind` blocked, and that is {}; leave it out", name));
  }
  return kind;
}

/// Collective. The rows' classes; nothing where y holds none.
void read_strata(const mpi::Communicator& communicator, data::Datasets& file,
                 const std::string& labels, const data::DatasetShape& x, bool asked,
                 FoldRows& rows) {
  file.expect_labels(labels);
  const auto shape = file.shape(labels);
  data::require_equal_rows(x, shape);
  if (shape.features != 1) {
    if (asked) {
      throw DataError(fmt::format("{} has {} columns; classes are one number or text a row",
                                  shape.where, shape.features));
    }
    return;
  }
  const auto stored = file.load(labels, rows.shard);
  const auto classes = data::find_classes(communicator, stored, asked);
  if (classes) {
    rows.strata = data::class_numbers(communicator, stored, *classes);
    rows.stratum_count = classes->count;
  }
}

}  // namespace

FoldRows read_fold_rows(const mpi::Communicator& communicator, const std::string& path,
                        const train::Config& config, const FoldOptions& options) {
  const auto& pair = model::meaning_of(config.pair);
  data::DatasetFile file(communicator, path);
  const auto x = file.shape(train::pair_settings(config).x_path);
  FoldRows rows{.blocks = data::Blocks(x.rows), .shard = {}};
  rows.shard = rows.blocks.shard(communicator.rank(), communicator.size());
  const bool asked = options.kind == FoldKind::stratified;
  const bool may_have_classes = !options.kind && options.groups.empty() && pair.has_targets() &&
                                config.target != model::TargetKind::values;
  if (asked || may_have_classes) {
    read_strata(communicator, file, options.labels.empty() ? config.y : options.labels, x, asked,
                rows);
  }
  rows.kind = settle_kind(options, pair.is_lagged, rows.stratum_count > 1);
  if (rows.strata.empty()) {
    rows.strata.assign(rows.shard.row_count, 0);
  }
  if (pair.is_lagged) {
    rows.trajectories = read_trajectories(file, config.lengths, x.rows);
  }
  if (!options.groups.empty()) {
    rows.groups = data::load_group_ids(communicator, path, options.groups, x, rows.shard);
  } else if (rows.kind == FoldKind::grouped) {
    rows.groups = groups_of_trajectories(rows.trajectories, rows.shard);
  }
  file.close();
  return rows;
}

Folds::Folds(const mpi::Communicator& communicator, FoldRows rows, const FoldOptions& options,
             std::uint64_t seed)
    : communicator_(communicator), rows_(std::move(rows)), options_(options), seed_(seed) {}

data::RowSet Folds::held_out(std::size_t repeat, std::size_t fold) {
  const std::size_t n = rows();
  data::RowSet chosen(n);
  if (rows_.kind == FoldKind::blocked) {
    if (options_.count > n) {
      throw UsageError(
          fmt::format("`folds` is {}; it must be 2 to the {} rows of the data", options_.count, n));
    }
    const data::Blocks folds(n, options_.count);
    chosen.add({folds.first_row(fold), folds.rows_of(fold)});
    return chosen;
  }
  if (dealt_ != repeat) {
    fold_of_ = analysis::deal_rows(communicator_, {rows_.strata, rows_.stratum_count, rows_.groups},
                                   options_.count, seed_, repeat);
    dealt_ = repeat;
  }
  for (std::size_t i = 0; i < fold_of_.size(); ++i) {
    if (fold_of_[i] == fold) {
      chosen.add({rows_.shard.first_row + i, 1});
    }
  }
  chosen.unite(communicator_);
  return chosen;
}

Fold Folds::fold(std::size_t repeat, std::size_t fold) {
  data::RowSet held_out = this->held_out(repeat, fold);
  data::RowSet training = held_out.others();
  for (const data::Stretch& stretch :
       options_.gap > 0 ? held_out.stretches() : std::vector<data::Stretch>{}) {
    const std::size_t before = std::min(options_.gap, stretch.first);
    const std::size_t after = std::min(options_.gap, rows() - stretch.end());
    training.remove({stretch.first - before, before});
    training.remove({stretch.end(), after});
  }
  if (training.count() == 0) {
    throw UsageError(fmt::format("`gap` {} leaves no rows to train on", options_.gap));
  }
  return {std::move(training), std::move(held_out)};
}

std::vector<std::uint64_t> Folds::trajectories_of(const data::RowSet& chosen) const {
  std::vector<std::uint64_t> lengths;
  const auto stretches = chosen.stretches();
  std::size_t first = 0;
  auto next = stretches.begin();
  for (const std::size_t rows : rows_.trajectories) {
    const std::size_t end = first + rows;
    for (; next != stretches.end() && next->first < end; ++next) {
      const std::size_t from = std::max(first, next->first);
      const std::size_t to = std::min(end, next->end());
      if (to > from) {
        lengths.push_back(to - from);
      }
      if (next->end() > end) {
        break;
      }
    }
    first = end;
  }
  return lengths;
}

}  // namespace infomax::compare

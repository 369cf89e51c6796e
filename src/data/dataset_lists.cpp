// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/data/datasets.hpp"
#include "infomax/data/joined_rows.hpp"
#include "infomax/mpi/failure.hpp"

// What Datasets does with a name that lists several data sets.
namespace infomax::data {

std::vector<DatasetShape> Datasets::look_at_parts(const std::string& dataset) {
  if (!is_list(dataset) || has(dataset)) {
    return {find(dataset).shape};
  }
  std::vector<DatasetShape> shapes;
  for (const std::string& entry : entries_of(dataset)) {
    const ColumnRange range = parse_range(entry);
    if (range.dataset.empty()) {
      throw UsageError(
          fmt::format("\"{}\" names no data set between two commas, or beside one", dataset));
    }
    DatasetShape shape = find(range.dataset).shape;
    if (shape.has_lengths) {
      throw DataError(fmt::format(
          "{} holds sequences with lengths of their own, which cannot be read side by side with "
          "other data sets; give each row as many steps, or leave it out",
          shape.where));
    }
    if (!shapes.empty()) {
      require_equal_rows(shapes.front(), shape);
    }
    if (!range.whole) {
      const std::size_t end = std::min(range.end, shape.features);
      if (range.first >= shape.features || (range.end != ColumnRange{}.end && end < range.end)) {
        throw DataError(fmt::format("{} has {} columns, counted from 0, and \"{}\" names others",
                                    shape.where, shape.features, entry));
      }
      shape.where = entry + shape.where.substr(range.dataset.size());
      shape.features = end - range.first;
      shape.trailing = {shape.features};
    }
    shapes.push_back(std::move(shape));
  }
  return shapes;
}

std::vector<DatasetShape> Datasets::part_shapes(const std::string& dataset) {
  try {
    return look_at_parts(dataset);
  } catch (...) {
    after_failure();
    throw;
  }
}

Datasets::Found Datasets::look_at_list(const std::string& dataset) {
  if (sequences_[dataset].padding_value) {
    throw DataError(fmt::format(
        "`padding_value` is for sequences, and {} are data sets side by side; leave it out",
        dataset));
  }
  const auto parts = look_at_parts(dataset);
  const auto entries = entries_of(dataset);
  Found found{parts.front(), Kind::joined};
  found.shape.where = dataset + parts.front().where.substr(entries.front().size());
  found.shape.features = 0;
  for (const DatasetShape& part : parts) {
    found.shape.features += part.features;
    found.shape.type = common_type(found.shape.type, part.type);
  }
  found.shape.trailing = {found.shape.features};
  return found;
}

/// One data set after another, so that no two of them are in memory besides what they become.
Rows Datasets::load_joined(const Found& found, const std::string& dataset, const Shard& shard) {
  const auto parts = look_at_parts(dataset);
  const auto entries = entries_of(dataset);
  std::optional<Rows> joined;
  // Memory may run out on one rank only, and what follows is collective.
  mpi::together(communicator_, [&] {
    joined.emplace(found.shape.where, found.shape.type, found.shape.trailing, shard.first_row,
                   shard.row_count);
  });
  std::size_t column = 0;
  for (std::size_t m = 0; m < entries.size(); ++m) {
    const ColumnRange range = parse_range(entries[m]);
    const Rows part = load_as(find(range.dataset), range.dataset, shard);
    require_finite(communicator_, part);
    put_columns(part, range.first, parts[m].features, *joined, column);
    column += parts[m].features;
  }
  return std::move(*joined);
}

}  // namespace infomax::data

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/trajectory_lengths.hpp"

#include <limits>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::model {

std::vector<std::size_t> trajectory_lengths(data::Datasets& opened, const data::DatasetShape& x,
                                            const PairSettings& settings) {
  if (x.has_lengths) {
    throw DataError(fmt::format(
        "{} holds sequences with lengths of their own, and `pair` lag compares single states of a "
        "trajectory; store one state a row, and the trajectories' rows as `lengths`",
        x.where));
  }
  if (!opened.has(settings.lengths_path)) {
    return {x.rows};
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
      if (!(static_cast<double>(length) >= 0.0)) {
        throw DataError(fmt::format("{} has the length {} at row {}; lengths are 0 or more",
                                    shape.where, length, lengths.size()));
      }
      lengths.push_back(static_cast<std::size_t>(length));
      // A sum that overflowed could be that of the rows.
      constexpr auto most = std::numeric_limits<std::size_t>::max();
      total = lengths.back() > most - total ? most : total + lengths.back();
    }
  });
  if (total != x.rows) {
    throw DataError(
        fmt::format("{} adds up to {} rows, and {} has {}; correct it, or name others by `lengths`",
                    shape.where, total, x.where, x.rows));
  }
  return lengths;
}

}  // namespace infomax::model

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/sample_rows.hpp"

#include <span>

#include "infomax/model/views.hpp"

namespace infomax::analysis {

std::vector<std::uint64_t> rows_of_samples(const mpi::Communicator& communicator,
                                           const model::Examples& examples,
                                           const model::PairSettings& pair,
                                           const SampleChoice& chosen, bool of_a) {
  std::vector<std::uint64_t> rows(chosen.count(), 0);
  const auto views = model::make_views(pair, examples, false);
  const model::View& side = of_a ? views.a : views.b;
  const auto range = chosen.of(examples.shard);
  for (std::size_t i = range.first; i < range.first + range.count; ++i) {
    const std::size_t local = chosen[i] - examples.shard.first_row;
    rows[i] = side.rows->row_number(side.index[local].first);
  }
  communicator.sum(std::span(rows));
  return rows;
}

std::optional<RowLabels> labels_of_rows(const mpi::Communicator& communicator,
                                        data::DatasetFile& file, const model::Examples& examples,
                                        const model::PairSettings& pair,
                                        const std::vector<std::uint64_t>& rows,
                                        const SampleChoice& chosen) {
  if (!file.has(pair.y_path)) {
    return std::nullopt;
  }
  file.expect_labels(pair.y_path, pair.class_names);
  const auto shape = file.shape(pair.y_path);
  if (shape.features != 1 || shape.has_lengths || shape.rows != file.shape(pair.x_path).rows) {
    return std::nullopt;
  }
  data::Shard shard;
  if (examples.x->count() > 0) {
    shard.first_row = examples.x->row_number(0);
    shard.row_count = examples.x->row_number(examples.x->count() - 1) + 1 - shard.first_row;
  }
  const auto labels = file.load(pair.y_path, shard);
  RowLabels result{hdf5::is_integer(shape.type), std::vector<double>(rows.size(), 0.0)};
  labels.with_elements([&](auto elements) {
    const auto range = chosen.of(examples.shard);
    for (std::size_t i = range.first; i < range.first + range.count; ++i) {
      result.values[i] = static_cast<double>(elements[rows[i] - shard.first_row]);
    }
  });
  communicator.sum(std::span(result.values));
  return result;
}

}  // namespace infomax::analysis

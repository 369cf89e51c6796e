// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/stretches.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <optional>
#include <utility>

#include "infomax/core/error.hpp"
#include "infomax/data/row_selection.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::data {
namespace {

/// Rows that lie side by side in memory, but not in their data set.
class StretchedRows final : public RowStore {
 public:
  StretchedRows(std::shared_ptr<const RowStore> rows, std::vector<Stretch> stretches)
      : RowStore(rows->where(), rows->type(), rows->trailing_shape(), rows->count()),
        rows_(std::move(rows)),
        stretches_(std::move(stretches)) {}

  [[nodiscard]] std::size_t row_number(std::size_t local) const override {
    for (const Stretch& stretch : stretches_) {
      if (local < stretch.count) {
        return stretch.first + local;
      }
      local -= stretch.count;
    }
    assert(false);
    return 0;
  }

  void copy(std::span<const std::size_t> local_rows, std::span<std::byte> out) const override {
    rows_->copy(local_rows, out);
  }

  void scan(const std::function<void(const Run&)>& use) const override { rows_->scan(use); }

  [[nodiscard]] std::shared_ptr<const RowStore> select_columns(
      std::span<const std::size_t> columns) const override {
    return std::make_shared<StretchedRows>(rows_->select_columns(columns), stretches_);
  }

 private:
  void convert_rows(std::span<const std::size_t> local_rows, const Normalization& normalization,
                    const ConvertedRows& out) const override {
    std::visit([&](const auto& to) { rows_->convert(local_rows, normalization, to); }, out);
  }
  void convert_range(std::size_t first, const Normalization& normalization,
                     const ConvertedRows& out) const override {
    std::visit([&](const auto& to) { rows_->convert(first, normalization, to); }, out);
  }

  std::shared_ptr<const RowStore> rows_;  // without the numbers that their data set gives them
  std::vector<Stretch> stretches_;
};

Shard rows_of(const Stretch& stretch) { return {0, 0, stretch.first, stretch.count}; }

}  // namespace

void append(std::vector<Stretch>& stretches, const Stretch& next) {
  if (next.count == 0) {
    return;
  }
  if (stretches.empty() || next.first > stretches.back().end()) {
    stretches.push_back(next);
    return;
  }
  Stretch& last = stretches.back();
  last.count = std::max(last.end(), next.end()) - last.first;
}

std::size_t total(std::span<const Stretch> stretches) {
  std::size_t sum = 0;
  for (const Stretch& stretch : stretches) {
    sum += stretch.count;
  }
  return sum;
}

std::vector<Stretch> cut(std::span<const Stretch> stretches, std::size_t first, std::size_t count) {
  std::vector<Stretch> pieces;
  std::size_t before = 0;
  for (const Stretch& stretch : stretches) {
    const std::size_t from = std::max(first, before);
    const std::size_t to = std::min(first + count, before + stretch.count);
    if (from < to) {
      pieces.push_back({stretch.first + from - before, to - from});
    }
    before += stretch.count;
  }
  return pieces;
}

std::shared_ptr<const RowStore> load_stretches(const mpi::Communicator& communicator,
                                               Datasets& source, const std::string& dataset,
                                               std::span<const Stretch> stretches) {
  const auto loads = static_cast<std::size_t>(communicator.max(std::uint64_t{stretches.size()}));
  const auto stretch = [&](std::size_t k) {
    return k < stretches.size() ? stretches[k] : Stretch{};
  };
  if (loads <= 1) {
    return source.open(dataset, rows_of(stretch(0)));
  }
  const DatasetShape shape = source.shape(dataset);
  if (shape.has_lengths) {
    throw DataError(shape.where +
                    " holds sequences with lengths of their own, of which stretches of rows cannot "
                    "be joined");
  }
  const Shard all = stretches.empty() ? Shard{}
                                      : Shard{0, 0, stretches.front().first,
                                              stretches.back().end() - stretches.front().first};
  if (source.streams(dataset, all)) {
    std::vector<std::size_t> chosen;
    for (const Stretch& one : stretches) {
      for (std::size_t row = one.first; row < one.end(); ++row) {
        chosen.push_back(row - all.first_row);
      }
    }
    return std::make_shared<RowSelection>(source.open(dataset, all), choose_rows(chosen));
  }
  std::shared_ptr<Rows> joined;
  mpi::together(communicator, [&] {
    joined = std::make_shared<Rows>(shape.where, shape.type, shape.trailing, stretch(0).first,
                                    total(stretches));
  });
  auto next = joined->bytes().begin();
  for (std::size_t k = 0; k < loads; ++k) {
    const Rows loaded = source.load(dataset, rows_of(stretch(k)));
    next = std::ranges::copy(loaded.bytes(), next).out;
  }
  return std::make_shared<StretchedRows>(std::move(joined),
                                         std::vector<Stretch>(stretches.begin(), stretches.end()));
}

}  // namespace infomax::data

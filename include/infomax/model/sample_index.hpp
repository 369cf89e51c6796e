// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "infomax/data/stretches.hpp"

namespace infomax::model {

/// Consecutive local rows [first, first + count) of a store.
struct RowRange {
  std::size_t first = 0;  ///< local row
  std::size_t count = 1;  ///< number of rows
};

/// Which local rows of a store each local sample is made of: a function from samples to row ranges.
/// Copies share the memory.
class SampleIndex {
 public:
  /// Sample i is row i.
  SampleIndex() = default;

  /// Sample i is rows [starts[i], starts[i] + length). The samples of all ranks come from the rows
  /// `used` of the data set.
  SampleIndex(std::vector<std::size_t> starts, std::size_t length, std::vector<data::Stretch> used);

  /// The same where the samples come from the first `rows_used` rows.
  SampleIndex(std::vector<std::size_t> starts, std::size_t length, std::size_t rows_used)
      : SampleIndex(std::move(starts), length, std::vector<data::Stretch>{{0, rows_used}}) {}

  /// Whether sample i is row i.
  [[nodiscard]] bool is_identity() const { return starts_ == nullptr && offset_ == 0; }

  /// Rows of the data set that the samples of all ranks come from; none where samples are rows,
  /// whose number says it.
  [[nodiscard]] std::span<const data::Stretch> used() const {
    return used_ ? std::span<const data::Stretch>(*used_) : std::span<const data::Stretch>();
  }

  /// The rows of a local sample, which is not checked.
  [[nodiscard]] RowRange operator[](std::size_t sample) const {
    return {(starts_ ? (*starts_)[sample] : sample) + offset_, length_};
  }

  /// The index of samples that are row k alone of each range here.
  [[nodiscard]] SampleIndex row(std::size_t k) const;

  /// The rows of samples that are one row each. Returns a view of `samples` where they are equal,
  /// and otherwise of `scratch`, which has room for as many. Allocates nothing.
  [[nodiscard]] std::span<const std::size_t> rows_of(std::span<const std::size_t> samples,
                                                     std::span<std::size_t> scratch) const;

 private:
  std::shared_ptr<const std::vector<std::size_t>> starts_;
  std::size_t offset_ = 0;
  std::size_t length_ = 1;
  std::shared_ptr<const std::vector<data::Stretch>> used_;
};

}  // namespace infomax::model

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "infomax/data/row_store.hpp"

namespace infomax::data {

/// The local rows that a selection takes, in ascending order. x and y of the same samples share one
/// list; 32 bits a row keep it small beside the narrowest rows.
using ChosenRows = std::shared_ptr<const std::vector<std::uint32_t>>;

/// Throws DataError if a row's number does not fit 32 bits, because the rank holds too many rows.
[[nodiscard]] ChosenRows choose_rows(std::span<const std::size_t> local_rows);

/// The rows below `count` that are not among `local_rows`, which are in ascending order. Throws as
/// choose_rows() does.
[[nodiscard]] ChosenRows choose_other_rows(std::span<const std::size_t> local_rows,
                                           std::size_t count);

/// Some rows of another store. No row is copied, and each keeps its number in the data set.
class RowSelection final : public RowStore {
 public:
  /// Local row i of this is local row chosen[i] of `base`.
  RowSelection(std::shared_ptr<const RowStore> base, ChosenRows chosen);

  [[nodiscard]] std::size_t row_number(std::size_t local) const override;
  [[nodiscard]] const RowStore& whole() const override { return base_->whole(); }
  [[nodiscard]] std::size_t page_rows() const override { return base_->page_rows(); }
  [[nodiscard]] bool has_lengths() const override { return base_->has_lengths(); }
  [[nodiscard]] std::uint32_t length(std::size_t local) const override;
  [[nodiscard]] std::size_t held_pages() const override { return base_->held_pages(); }
  [[nodiscard]] bool prefetch(std::span<const std::size_t> local_rows) const override;
  void copy(std::span<const std::size_t> local_rows, std::span<std::byte> out) const override;
  void scan(const std::function<void(const Run&)>& use) const override;

  /// The same rows of the base's columns.
  [[nodiscard]] std::shared_ptr<const RowStore> select_columns(
      std::span<const std::size_t> columns) const override;

 private:
  void convert_rows(std::span<const std::size_t> local_rows, const Normalization& normalization,
                    const ConvertedRows& out) const override;
  void convert_range(std::size_t first, const Normalization& normalization,
                     const ConvertedRows& out) const override;

  std::shared_ptr<const RowStore> base_;
  ChosenRows chosen_;
};

}  // namespace infomax::data

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "infomax/data/datasets.hpp"
#include "infomax/data/file_parts.hpp"
#include "infomax/data/row_store.hpp"

namespace infomax::data {

/// Consecutive rows of one data set that stay in their file and are read page by page: page k is
/// rows [k S, (k + 1) S) of the data set, and as many pages are held as fit into the memory that it
/// is given. A thread reads pages that were announced while others are used; where only HDF5 can
/// read the rows, pages are read when they are wanted. Rows are checked when they are read, so that
/// any function that reads rows may throw DataError, on this rank alone: where a number is not
/// finite, or the file was cut.
///
/// Used by one thread.
class PagedRows final : public RowStore {
 public:
  /// Rows [first_row, first_row + count) of `dataset`, whose shape is `shape`, and which are the
  /// rows of these stretches of files; pages of `page_rows` > 0 rows, of which fewest_pages at
  /// least are held, and no more than fit into `memory_bytes`. Throws DataError where rows are
  /// missing in a file.
  PagedRows(const DatasetShape& shape, const std::vector<FileStretch>& stretches,
            const std::string& dataset, std::size_t first_row, std::size_t count,
            std::size_t page_rows, std::size_t memory_bytes);
  ~PagedRows() override;

  /// So many pages are held whatever they take.
  static constexpr std::size_t fewest_pages = 8;

  [[nodiscard]] std::size_t first_row() const { return first_row_; }  ///< in the data set
  [[nodiscard]] std::size_t row_number(std::size_t local) const override {
    return first_row_ + local;
  }
  [[nodiscard]] std::size_t page_rows() const override { return page_rows_; }
  [[nodiscard]] std::size_t held_pages() const override;
  /// The bytes of the pages that are held at most.
  [[nodiscard]] std::size_t size_bytes() const override;

  [[nodiscard]] bool prefetch(std::span<const std::size_t> local_rows) const override;
  void copy(std::span<const std::size_t> local_rows, std::span<std::byte> out) const override;
  void scan(const std::function<void(const Run&)>& use) const override;

  /// Throws DataError: columns are taken from rows in memory.
  [[nodiscard]] std::shared_ptr<const RowStore> select_columns(
      std::span<const std::size_t> columns) const override;

 private:
  class Pages;

  void convert_rows(std::span<const std::size_t> local_rows, const Normalization& normalization,
                    const ConvertedRows& out) const override;
  void convert_range(std::size_t first, const Normalization& normalization,
                     const ConvertedRows& out) const override;

  [[nodiscard]] std::size_t page_of(std::size_t local) const {
    return (first_row_ + local) / page_rows_ - first_page_;
  }
  [[nodiscard]] std::size_t page_start(std::size_t page) const;
  [[nodiscard]] const std::byte* row_at(std::size_t local) const;
  void want_after(std::size_t page) const;
  template <class RowAt>
  void convert_each(const Normalization& normalization, const ConvertedRows& out,
                    const RowAt& local_row) const;

  std::size_t first_row_;
  std::size_t page_rows_;
  std::size_t first_page_;             // of the data set, the first of the local pages
  mutable std::size_t last_page_ = 0;  // that a row was read from
  std::unique_ptr<Pages> pages_;
};

}  // namespace infomax::data

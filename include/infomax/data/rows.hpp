// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/data/row_store.hpp"
#include "infomax/hdf5/element_type.hpp"

namespace infomax::data {

/// Consecutive rows of one data set, held in memory in the file's own element type and converted
/// only when they are used. Sequences with lengths of their own lie one after another, without
/// padding.
class Rows final : public RowStore {
 public:
  /// `count` rows of shape `trailing`, not yet read; the first is the data set's row `first_row`.
  /// `where` names the data set in messages ("/x in F.h5").
  Rows(std::string where, hdf5::ElementType type, std::vector<std::size_t> trailing,
       std::size_t first_row, std::size_t count);

  /// The same rows, whose elements are `borrowed`: they stay in the memory of the caller, which
  /// must outlive this and its copies. Throws std::logic_error unless there are so many.
  Rows(std::string where, hdf5::ElementType type, std::vector<std::size_t> trailing,
       std::size_t first_row, std::size_t count, std::span<const std::byte> borrowed);

  /// Sequences of at most `steps` steps, of which the i-th has lengths[i], and which are the rows
  /// of `flat` one after another; the first is the data set's row `first_row`. Throws
  /// std::logic_error unless the lengths add up to the rows of `flat`, and none is above `steps`.
  Rows(Rows flat, std::size_t steps, std::size_t first_row, std::vector<std::uint32_t> lengths);

  /// The sequences, of at most `steps` steps, of padded rows, of which the i-th has lengths[i]
  /// steps. The padding is dropped, whatever it holds. Throws as the constructor.
  [[nodiscard]] static Rows from_padded(Rows padded, std::size_t steps,
                                        std::vector<std::uint32_t> lengths);

  /// Returns a copy whose sequences have their padding, 0, and no lengths of their own.
  [[nodiscard]] Rows padded() const;

  [[nodiscard]] std::size_t first_row() const { return first_row_; }  ///< in the data set
  /// @{ The elements of all rows, row by row: [count * row_bytes()], or the steps of all sequences
  /// that have lengths. The code that makes the rows fills them; borrowed ones, which throw
  /// std::logic_error, are only read.
  [[nodiscard]] std::span<std::byte> bytes();
  [[nodiscard]] std::span<const std::byte> bytes() const {
    return is_borrowed_ ? borrowed_ : bytes_;
  }
  /// @}

  /// Calls `use(elements)` with all elements of bytes() as a span of their own type.
  template <class Use>
  decltype(auto) with_elements(Use&& use) const {
    return hdf5::with_element_type(
        type(), [&]<class T>(std::type_identity<T> /*element*/) -> decltype(auto) {
          return use(std::span<const T>(reinterpret_cast<const T*>(bytes().data()),
                                        bytes().size() / sizeof(T)));
        });
  }

  /// The place, among all elements of all rows with their padding, of an element of bytes().
  [[nodiscard]] std::size_t place_of(std::size_t element) const;

  [[nodiscard]] std::size_t row_number(std::size_t local) const override {
    return first_row_ + local;
  }
  [[nodiscard]] std::size_t size_bytes() const override { return bytes().size(); }
  [[nodiscard]] bool has_lengths() const override { return has_lengths_; }
  [[nodiscard]] std::uint32_t length(std::size_t local) const override {
    return has_lengths_ ? lengths_[local] : RowStore::length(local);
  }
  void copy(std::span<const std::size_t> local_rows, std::span<std::byte> out) const override;
  void scan(const std::function<void(const Run&)>& use) const override;

  /// Returns a compact copy, unlike a selection of rows. Conversion is fast because it reads
  /// consecutive elements; to gather scattered columns for every batch would cost too much time.
  /// The two views of a split take as much memory as the rows that they come from.
  [[nodiscard]] std::shared_ptr<const RowStore> select_columns(
      std::span<const std::size_t> columns) const override;

 private:
  void convert_rows(std::span<const std::size_t> local_rows, const Normalization& normalization,
                    const ConvertedRows& out) const override;
  void convert_range(std::size_t first, const Normalization& normalization,
                     const ConvertedRows& out) const override;

  /// The first element of a row among all.
  [[nodiscard]] std::size_t start(std::size_t local) const {
    return has_lengths_ ? starts_[local] : local * features();
  }
  /// The elements that a row has in memory.
  [[nodiscard]] std::size_t held(std::size_t local) const {
    return has_lengths_ ? lengths_[local] * step_elements() : features();
  }
  [[nodiscard]] std::size_t step_elements() const { return features() / steps(); }
  void scan_padded(const std::function<void(const Run&)>& use) const;
  template <class RowAt>
  void convert_each(const Normalization& normalization, const ConvertedRows& out,
                    const RowAt& row_at) const;

  std::size_t first_row_;
  Buffer<std::byte> bytes_;  // empty where they are borrowed
  std::span<const std::byte> borrowed_;
  bool is_borrowed_ = false;
  bool has_lengths_ = false;
  std::vector<std::uint32_t> lengths_;  // [count], of sequences with lengths ...
  std::vector<std::size_t> starts_;     // ... and their first elements
};

}  // namespace infomax::data

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
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
/// only when they are used.
class Rows final : public RowStore {
 public:
  /// `count` rows of shape `trailing`, not yet read; the first is the data set's row `first_row`.
  /// `where` names the data set in messages ("/x in F.h5").
  Rows(std::string where, hdf5::ElementType type, std::vector<std::size_t> trailing,
       std::size_t first_row, std::size_t count);

  [[nodiscard]] std::size_t first_row() const { return first_row_; }  ///< in the data set
  /// @{ The elements of all rows [count * row_bytes()], row by row. The code that makes the rows
  /// fills them.
  [[nodiscard]] std::span<std::byte> bytes() { return bytes_; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  /// @}

  /// Calls `use(elements)` with all elements [count, features] as a span of their own type.
  template <class Use>
  decltype(auto) with_elements(Use&& use) const {
    return hdf5::with_element_type(
        type(), [&]<class T>(std::type_identity<T> /*element*/) -> decltype(auto) {
          return use(
              std::span<const T>(reinterpret_cast<const T*>(bytes_.data()), count() * features()));
        });
  }

  [[nodiscard]] std::size_t row_number(std::size_t local) const override {
    return first_row_ + local;
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

  std::size_t first_row_;
  Buffer<std::byte> bytes_;
};

}  // namespace infomax::data

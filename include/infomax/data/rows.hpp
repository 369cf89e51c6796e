// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/hdf5/element_type.hpp"
#include "infomax/math/blas.hpp"

namespace infomax::data {

/// Consecutive rows of one data set, held in the file's own element type and converted only when
/// they are used.
class Rows {
 public:
  /// `count` rows of shape `trailing`, not yet read; the first is the data set's row `first_row`.
  /// `where` names the data set in messages ("/x in F.h5").
  Rows(std::string where, hdf5::ElementType type, std::vector<std::size_t> trailing,
       std::size_t first_row, std::size_t count);

  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] hdf5::ElementType type() const { return type_; }
  [[nodiscard]] const std::vector<std::size_t>& trailing_shape() const { return trailing_; }
  [[nodiscard]] std::size_t features() const { return features_; }  ///< product of trailing axes
  [[nodiscard]] std::size_t first_row() const { return first_row_; }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::span<std::byte> bytes() { return bytes_; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

  /// Calls `use(elements)` with all elements [count, features] as a span of their own type.
  template <class Use>
  decltype(auto) with_elements(Use&& use) const {
    return hdf5::with_element_type(
        type_, [&]<class T>(std::type_identity<T> /*element*/) -> decltype(auto) {
          return use(
              std::span<const T>(reinterpret_cast<const T*>(bytes_.data()), count_ * features_));
        });
  }

  /// The same rows, of these columns alone.
  [[nodiscard]] Rows select(std::span<const std::size_t> columns) const;

  /// Takes these local rows, in ascending order, out of this and returns them; what stays moves up.
  /// Row numbers of the data set no longer follow from first_row() in either.
  [[nodiscard]] Rows extract(std::span<const std::size_t> local_rows);

  /// Row i of `out` becomes local row local_rows[i], normalised: out [local_rows.size(), features].
  template <math::Real T>
  void convert(std::span<const std::size_t> local_rows, const Normalization& normalization,
               MatrixView<T> out) const;

  /// Local rows [first, first + out.rows()).
  template <math::Real T>
  void convert(std::size_t first, const Normalization& normalization, MatrixView<T> out) const;

 private:
  std::string where_;
  hdf5::ElementType type_;
  std::vector<std::size_t> trailing_;
  std::size_t features_ = 1;
  std::size_t first_row_;
  std::size_t count_;
  Buffer<std::byte> bytes_;
};

}  // namespace infomax::data

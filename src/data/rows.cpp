// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/rows.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include "infomax/math/elementwise.hpp"

namespace infomax::data {

Rows::Rows(std::string where, hdf5::ElementType type, std::vector<std::size_t> trailing,
           std::size_t first_row, std::size_t count)
    : RowStore(std::move(where), type, std::move(trailing), count),
      first_row_(first_row),
      bytes_(size_bytes()) {}

void Rows::copy(std::span<const std::size_t> local_rows, std::span<std::byte> out) const {
  assert(out.size() == local_rows.size() * row_bytes());
  const std::size_t bytes = row_bytes();
  std::byte* to = out.data();
  for (const std::size_t row : local_rows) {
    assert(row < count());
    std::memcpy(to, bytes_.data() + row * bytes, bytes);
    to += bytes;
  }
}

void Rows::scan(const std::function<void(const Run&)>& use) const {
  if (count() > 0) {
    use({0, count(), bytes_});
  }
}

std::shared_ptr<const RowStore> Rows::select_columns(std::span<const std::size_t> columns) const {
  auto selected =
      std::make_shared<Rows>(where(), type(), std::vector{columns.size()}, first_row_, count());
  const std::size_t width = hdf5::size(type());
  std::byte* to = selected->bytes_.data();
  for (std::size_t i = 0; i < count(); ++i) {
    const std::byte* row = bytes_.data() + i * row_bytes();
    for (const std::size_t column : columns) {
      to = std::copy_n(row + column * width, width, to);
    }
  }
  return selected;
}

template <class T>
void Rows::convert_each(std::span<const std::size_t> local_rows, const Normalization& normalization,
                        MatrixView<T> out) const {
  assert(out.rows() == local_rows.size() && out.columns() == features());
  with_elements([&]<class From>(std::span<const From> elements) {
    for (std::size_t i = 0; i < local_rows.size(); ++i) {
      assert(local_rows[i] < count());
      math::shift_and_scale(elements.data() + local_rows[i] * features(),
                            std::span<const double>(normalization.shift),
                            std::span<const double>(normalization.scale), out.row(i));
    }
  });
}

template <class T>
void Rows::convert_from(std::size_t first, const Normalization& normalization,
                        MatrixView<T> out) const {
  assert(first + out.rows() <= count() && out.columns() == features());
  with_elements([&]<class From>(std::span<const From> elements) {
    for (std::size_t i = 0; i < out.rows(); ++i) {
      math::shift_and_scale(elements.data() + (first + i) * features(),
                            std::span<const double>(normalization.shift),
                            std::span<const double>(normalization.scale), out.row(i));
    }
  });
}

void Rows::convert_rows(std::span<const std::size_t> local_rows, const Normalization& normalization,
                        MatrixView<float> out) const {
  convert_each(local_rows, normalization, out);
}

void Rows::convert_rows(std::span<const std::size_t> local_rows, const Normalization& normalization,
                        MatrixView<double> out) const {
  convert_each(local_rows, normalization, out);
}

void Rows::convert_range(std::size_t first, const Normalization& normalization,
                         MatrixView<float> out) const {
  convert_from(first, normalization, out);
}

void Rows::convert_range(std::size_t first, const Normalization& normalization,
                         MatrixView<double> out) const {
  convert_from(first, normalization, out);
}

}  // namespace infomax::data

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/rows.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include "infomax/math/elementwise.hpp"

namespace infomax::data {
namespace {

/// Row i of `out` becomes local row row_at(i).
template <class RowAt>
void convert_each(const Rows& rows, const Normalization& normalization, const ConvertedRows& out,
                  const RowAt& row_at) {
  const std::span<const double> shift(normalization.shift);
  const std::span<const double> scale(normalization.scale);
  std::visit(
      [&](const auto& to) {
        assert(to.columns() == rows.features());
        rows.with_elements([&]<class From>(std::span<const From> elements) {
          for (std::size_t i = 0; i < to.rows(); ++i) {
            assert(row_at(i) < rows.count());
            math::shift_and_scale(elements.data() + row_at(i) * rows.features(), shift, scale,
                                  to.row(i));
          }
        });
      },
      out);
}

}  // namespace

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

void Rows::convert_rows(std::span<const std::size_t> local_rows, const Normalization& normalization,
                        const ConvertedRows& out) const {
  convert_each(*this, normalization, out, [&](std::size_t i) { return local_rows[i]; });
}

void Rows::convert_range(std::size_t first, const Normalization& normalization,
                         const ConvertedRows& out) const {
  convert_each(*this, normalization, out, [&](std::size_t i) { return first + i; });
}

}  // namespace infomax::data

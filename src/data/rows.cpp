// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/rows.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "infomax/math/elementwise.hpp"

namespace infomax::data {

Rows::Rows(std::string where, hdf5::ElementType type, std::vector<std::size_t> trailing,
           std::size_t first_row, std::size_t count)
    : where_(std::move(where)),
      type_(type),
      trailing_(std::move(trailing)),
      first_row_(first_row),
      count_(count) {
  for (const std::size_t extent : trailing_) {
    features_ *= extent;
  }
  bytes_ = Buffer<std::byte>(count_ * features_ * hdf5::size(type_));
}

Rows Rows::select(std::span<const std::size_t> columns) const {
  Rows selected(where_, type_, {columns.size()}, first_row_, count_);
  const std::size_t width = hdf5::size(type_);
  std::byte* to = selected.bytes_.data();
  for (std::size_t i = 0; i < count_; ++i) {
    const std::byte* row = bytes_.data() + i * features_ * width;
    for (const std::size_t column : columns) {
      to = std::copy_n(row + column * width, width, to);
    }
  }
  return selected;
}

Rows Rows::extract(std::span<const std::size_t> local_rows) {
  Rows taken(where_, type_, trailing_, first_row_, local_rows.size());
  const std::size_t row_bytes = features_ * hdf5::size(type_);
  std::byte* to = taken.bytes_.data();
  std::byte* stays = bytes_.data();
  auto next = local_rows.begin();
  for (std::size_t i = 0; i < count_; ++i) {
    const std::byte* row = bytes_.data() + i * row_bytes;
    if (next != local_rows.end() && *next == i) {
      to = std::copy_n(row, row_bytes, to);
      ++next;
    } else {
      // Onto itself or to before it, so the parts may overlap.
      stays = std::copy(row, row + row_bytes, stays);
    }
  }
  assert(next == local_rows.end());
  count_ -= local_rows.size();
  bytes_.resize(count_ * row_bytes);
  return taken;
}

template <math::Real T>
void Rows::convert(std::span<const std::size_t> local_rows, const Normalization& normalization,
                   MatrixView<T> out) const {
  assert(out.rows() == local_rows.size() && out.columns() == features_);
  with_elements([&]<class From>(std::span<const From> elements) {
    for (std::size_t i = 0; i < local_rows.size(); ++i) {
      assert(local_rows[i] < count_);
      math::shift_and_scale(elements.data() + local_rows[i] * features_,
                            std::span<const double>(normalization.shift),
                            std::span<const double>(normalization.scale), out.row(i));
    }
  });
}

template <math::Real T>
void Rows::convert(std::size_t first, const Normalization& normalization, MatrixView<T> out) const {
  assert(first + out.rows() <= count_ && out.columns() == features_);
  with_elements([&]<class From>(std::span<const From> elements) {
    for (std::size_t i = 0; i < out.rows(); ++i) {
      math::shift_and_scale(elements.data() + (first + i) * features_,
                            std::span<const double>(normalization.shift),
                            std::span<const double>(normalization.scale), out.row(i));
    }
  });
}

template void Rows::convert<float>(std::span<const std::size_t>, const Normalization&,
                                   MatrixView<float>) const;
template void Rows::convert<double>(std::span<const std::size_t>, const Normalization&,
                                    MatrixView<double>) const;
template void Rows::convert<float>(std::size_t, const Normalization&, MatrixView<float>) const;
template void Rows::convert<double>(std::size_t, const Normalization&, MatrixView<double>) const;

}  // namespace infomax::data

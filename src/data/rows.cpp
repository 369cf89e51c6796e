// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/rows.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "data/normalized_row.hpp"
#include "infomax/core/error.hpp"

namespace infomax::data {
namespace {

/// Memory for a run of scan() over padded sequences, in the second-level cache.
constexpr std::size_t padded_run_bytes = std::size_t{256} << 10U;

/// `steps`, and the axes of a step.
std::vector<std::size_t> sequence_shape(std::size_t steps, const std::vector<std::size_t>& step) {
  std::vector<std::size_t> shape{steps};
  shape.insert(shape.end(), step.begin(), step.end());
  return shape;
}

void require_lengths(const std::vector<std::uint32_t>& lengths, std::size_t steps) {
  if (std::ranges::any_of(lengths, [&](std::uint32_t length) { return length > steps; })) {
    throw std::logic_error("a sequence of more steps than there are");
  }
}

}  // namespace

Rows::Rows(std::string where, hdf5::ElementType type, std::vector<std::size_t> trailing,
           std::size_t first_row, std::size_t count)
    : RowStore(std::move(where), type, std::move(trailing), count),
      first_row_(first_row),
      bytes_(count * row_bytes()) {}

Rows::Rows(std::string where, hdf5::ElementType type, std::vector<std::size_t> trailing,
           std::size_t first_row, std::size_t count, std::span<const std::byte> borrowed)
    : RowStore(std::move(where), type, std::move(trailing), count),
      first_row_(first_row),
      borrowed_(borrowed),
      is_borrowed_(true) {
  if (borrowed.size() != count * row_bytes()) {
    throw std::logic_error("other elements than those of the rows");
  }
}

Rows::Rows(Rows flat, std::size_t steps, std::size_t first_row, std::vector<std::uint32_t> lengths)
    : RowStore(flat.where(), flat.type(), sequence_shape(steps, flat.trailing_shape()),
               lengths.size()),
      first_row_(first_row),
      bytes_(std::move(flat.bytes_)),
      borrowed_(flat.borrowed_),
      is_borrowed_(flat.is_borrowed_),
      has_lengths_(true),
      lengths_(std::move(lengths)) {
  require_lengths(lengths_, steps);
  starts_.reserve(lengths_.size());
  std::size_t start = 0;
  for (const std::uint32_t length : lengths_) {
    starts_.push_back(start);
    start += length * step_elements();
  }
  if (start * hdf5::size(type()) != std::as_const(*this).bytes().size()) {
    throw std::logic_error("lengths that do not add up to the steps there are");
  }
}

std::span<std::byte> Rows::bytes() {
  if (is_borrowed_) {
    throw std::logic_error("borrowed rows are only read");
  }
  return bytes_;
}

Rows Rows::from_padded(Rows padded, std::size_t steps, std::vector<std::uint32_t> lengths) {
  require_lengths(lengths, padded.steps());
  if (padded.is_borrowed_) {
    padded.bytes_.assign(padded.borrowed_.begin(), padded.borrowed_.end());
    padded.is_borrowed_ = false;
  }
  const std::size_t step_bytes = padded.row_bytes() / padded.steps();
  std::byte* to = padded.bytes_.data();
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const std::size_t bytes = lengths[i] * step_bytes;
    std::memmove(to, padded.bytes_.data() + i * padded.row_bytes(), bytes);
    to += bytes;
  }
  const auto& shape = padded.trailing_shape();
  const std::size_t all = std::accumulate(lengths.begin(), lengths.end(), std::size_t{0});
  Rows flat(padded.where(), padded.type(), {shape.begin() + 1, shape.end()}, 0, 0);
  flat.bytes_ = std::move(padded.bytes_);
  flat.bytes_.resize(all * step_bytes);
  flat.bytes_.shrink_to_fit();
  return {std::move(flat), steps, padded.first_row_, std::move(lengths)};
}

Rows Rows::padded() const {
  Rows all(where(), type(), trailing_shape(), first_row_, count());
  std::vector<std::size_t> rows(count());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  copy(rows, all.bytes());
  return all;
}

std::size_t Rows::place_of(std::size_t element) const {
  if (!has_lengths_) {
    return element;
  }
  // Of the rows that begin there, the last; those before it have no steps.
  const auto after = std::ranges::upper_bound(starts_, element);
  const auto row = static_cast<std::size_t>(after - starts_.begin()) - 1;
  return row * features() + element - starts_[row];
}

void Rows::copy(std::span<const std::size_t> local_rows, std::span<std::byte> out) const {
  assert(out.size() == local_rows.size() * row_bytes());
  const std::size_t element = hdf5::size(type());
  std::byte* to = out.data();
  for (const std::size_t row : local_rows) {
    assert(row < count());
    const std::size_t bytes = held(row) * element;
    if (bytes > 0) {
      std::memcpy(to, this->bytes().data() + start(row) * element, bytes);
    }
    std::fill(to + bytes, to + row_bytes(), std::byte{0});
    to += row_bytes();
  }
}

void Rows::scan(const std::function<void(const Run&)>& use) const {
  if (has_lengths_) {
    scan_padded(use);
  } else if (count() > 0) {
    use({0, count(), bytes()});
  }
}

void Rows::scan_padded(const std::function<void(const Run&)>& use) const {
  const std::size_t most =
      std::max<std::size_t>(1, padded_run_bytes / std::max<std::size_t>(1, row_bytes()));
  Buffer<std::byte> run(std::min(most, count()) * row_bytes());
  std::vector<std::size_t> rows(std::min(most, count()));
  for (std::size_t first = 0; first < count(); first += most) {
    const std::size_t now = std::min(most, count() - first);
    std::iota(rows.begin(), rows.end(), first);
    const auto bytes = std::span(run).first(now * row_bytes());
    copy(std::span<const std::size_t>(rows).first(now), bytes);
    use({first, now, bytes});
  }
}

std::shared_ptr<const RowStore> Rows::select_columns(std::span<const std::size_t> columns) const {
  if (has_lengths_) {
    throw DataError(where() +
                    " holds sequences of different lengths, whose columns cannot be split into "
                    "views; store the views as two data sets, for `x` and `y`");
  }
  auto selected =
      std::make_shared<Rows>(where(), type(), std::vector{columns.size()}, first_row_, count());
  const std::size_t width = hdf5::size(type());
  std::byte* to = selected->bytes_.data();
  for (std::size_t i = 0; i < count(); ++i) {
    const std::byte* row = bytes().data() + i * row_bytes();
    for (const std::size_t column : columns) {
      to = std::copy_n(row + column * width, width, to);
    }
  }
  return selected;
}

/// Row i of `out` becomes local row row_at(i).
template <class RowAt>
void Rows::convert_each(const Normalization& normalization, const ConvertedRows& out,
                        const RowAt& row_at) const {
  std::visit(
      [&](const auto& to) {
        assert(to.columns() == features());
        assert(features() % normalization.columns() == 0);
        with_elements([&]<class From>(std::span<const From> elements) {
          for (std::size_t i = 0; i < to.rows(); ++i) {
            const std::size_t row = row_at(i);
            assert(row < count());
            const auto filled = to.row(i).first(held(row));
            normalize_row(elements.data() + start(row), normalization, filled);
            std::fill(filled.end(), to.row(i).end(), 0);
          }
        });
      },
      out);
}

void Rows::convert_rows(std::span<const std::size_t> local_rows, const Normalization& normalization,
                        const ConvertedRows& out) const {
  convert_each(normalization, out, [&](std::size_t i) { return local_rows[i]; });
}

void Rows::convert_range(std::size_t first, const Normalization& normalization,
                         const ConvertedRows& out) const {
  convert_each(normalization, out, [&](std::size_t i) { return first + i; });
}

}  // namespace infomax::data

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/row_selection.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>
#include <string>
#include <utility>

#include "infomax/core/error.hpp"

namespace infomax::data {
namespace {

/// Rows of the base that are asked for together: their numbers lie on the stack, so that
/// conversion allocates nothing, and a virtual call for so many costs nothing.
constexpr std::size_t rows_at_once = 512;

/// Memory for a run of scan(), in the second-level cache.
constexpr std::size_t run_bytes = std::size_t{256} << 10U;

void require_32_bits(std::size_t rows) {
  if (rows > std::size_t{std::numeric_limits<std::uint32_t>::max()} + 1) {
    throw DataError("a rank holds " + std::to_string(rows) +
                    " rows and can select from 4294967296 of them; use more ranks");
  }
}

/// Calls `use(first, rows)` with up to rows_at_once rows of the base for positions [first, first +
/// rows.size()) of `count`; `position(i)` is the local row at i.
template <class Position, class Use>
void for_base_rows(const std::vector<std::uint32_t>& chosen, std::size_t count, Position&& position,
                   Use&& use) {
  std::array<std::size_t, rows_at_once> rows;
  for (std::size_t first = 0; first < count; first += rows_at_once) {
    const std::size_t now = std::min(rows_at_once, count - first);
    for (std::size_t i = 0; i < now; ++i) {
      assert(position(first + i) < chosen.size());
      rows[i] = chosen[position(first + i)];
    }
    use(first, std::span<const std::size_t>(rows).first(now));
  }
}

/// Row i of `out` becomes the row of the base at position(i).
template <class Position>
void convert_chosen(const RowStore& base, const std::vector<std::uint32_t>& chosen,
                    const Normalization& normalization, const ConvertedRows& out,
                    const Position& position) {
  std::visit(
      [&](const auto& to) {
        for_base_rows(chosen, to.rows(), position,
                      [&](std::size_t first, std::span<const std::size_t> rows) {
                        base.convert(rows, normalization, to.row_range(first, rows.size()));
                      });
      },
      out);
}

}  // namespace

ChosenRows choose_rows(std::span<const std::size_t> local_rows) {
  require_32_bits(local_rows.empty() ? 0 : local_rows.back() + 1);
  auto chosen = std::make_shared<std::vector<std::uint32_t>>(local_rows.size());
  std::ranges::transform(local_rows, chosen->begin(),
                         [](std::size_t row) { return static_cast<std::uint32_t>(row); });
  return chosen;
}

ChosenRows choose_other_rows(std::span<const std::size_t> local_rows, std::size_t count) {
  require_32_bits(count);
  auto others = std::make_shared<std::vector<std::uint32_t>>();
  others->reserve(count - local_rows.size());
  auto next = local_rows.begin();
  for (std::size_t row = 0; row < count; ++row) {
    if (next != local_rows.end() && *next == row) {
      ++next;
    } else {
      others->push_back(static_cast<std::uint32_t>(row));
    }
  }
  assert(next == local_rows.end());
  return others;
}

RowSelection::RowSelection(std::shared_ptr<const RowStore> base, ChosenRows chosen)
    : RowStore(base->where(), base->type(), base->trailing_shape(), chosen->size()),
      base_(std::move(base)),
      chosen_(std::move(chosen)) {
  assert(std::ranges::is_sorted(*chosen_));
  assert(chosen_->empty() || chosen_->back() < base_->count());
}

std::size_t RowSelection::row_number(std::size_t local) const {
  return base_->row_number((*chosen_)[local]);
}

std::uint32_t RowSelection::length(std::size_t local) const {
  return base_->length((*chosen_)[local]);
}

bool RowSelection::prefetch(std::span<const std::size_t> local_rows) const {
  bool room = true;
  for_base_rows(
      *chosen_, local_rows.size(), [&](std::size_t i) { return local_rows[i]; },
      [&](std::size_t /*first*/, std::span<const std::size_t> rows) {
        room = base_->prefetch(rows) && room;
      });
  return room && !local_rows.empty();
}

void RowSelection::copy(std::span<const std::size_t> local_rows, std::span<std::byte> out) const {
  assert(out.size() == local_rows.size() * row_bytes());
  for_base_rows(
      *chosen_, local_rows.size(), [&](std::size_t i) { return local_rows[i]; },
      [&](std::size_t first, std::span<const std::size_t> rows) {
        base_->copy(rows, out.subspan(first * row_bytes(), rows.size() * row_bytes()));
      });
}

void RowSelection::scan(const std::function<void(const Run&)>& use) const {
  const std::size_t most_rows =
      std::clamp<std::size_t>(run_bytes / std::max<std::size_t>(1, row_bytes()), 1, rows_at_once);
  Buffer<std::byte> run(std::min(most_rows, count()) * row_bytes());
  std::array<std::size_t, rows_at_once> rows;
  for (std::size_t first = 0; first < count(); first += most_rows) {
    const std::size_t now = std::min(most_rows, count() - first);
    std::copy_n(chosen_->begin() + static_cast<std::ptrdiff_t>(first), now, rows.begin());
    const auto bytes = std::span(run).first(now * row_bytes());
    base_->copy(std::span<const std::size_t>(rows).first(now), bytes);
    use({first, now, bytes});
  }
}

std::shared_ptr<const RowStore> RowSelection::select_columns(
    std::span<const std::size_t> columns) const {
  return std::make_shared<RowSelection>(base_->select_columns(columns), chosen_);
}

void RowSelection::convert_rows(std::span<const std::size_t> local_rows,
                                const Normalization& normalization,
                                const ConvertedRows& out) const {
  convert_chosen(*base_, *chosen_, normalization, out,
                 [&](std::size_t i) { return local_rows[i]; });
}

void RowSelection::convert_range(std::size_t first, const Normalization& normalization,
                                 const ConvertedRows& out) const {
  convert_chosen(*base_, *chosen_, normalization, out, [&](std::size_t i) { return first + i; });
}

}  // namespace infomax::data

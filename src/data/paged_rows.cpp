// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/paged_rows.hpp"

#include <algorithm>
#include <cassert>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "data/file_rows.hpp"
#include "data/finite.hpp"
#include "data/normalized_row.hpp"
#include "data/pages.hpp"
#include "infomax/core/error.hpp"

namespace infomax::data {
namespace {

/// So many pages are read ahead where rows are read in their order.
constexpr std::size_t pages_ahead = 3;

/// More pages are not held, because a free one is looked for among all.
constexpr std::size_t most_pages = std::size_t{1} << 14U;

/// Throws DataError where an element of rows from `first_row` on is not finite.
void require_finite(const RowStore& rows, std::size_t first_row, std::span<const std::byte> bytes) {
  hdf5::with_element_type(rows.type(), [&]<class T>(std::type_identity<T> /*element*/) {
    const std::span<const T> elements(reinterpret_cast<const T*>(bytes.data()),
                                      bytes.size() / sizeof(T));
    const std::size_t found = first_not_finite(elements);
    if (found < elements.size()) {
      throw DataError(
          describe_not_finite(rows, first_row * rows.features() + found, kind_of(elements[found])));
    }
  });
}

}  // namespace

PagedRows::PagedRows(const DatasetShape& shape, const std::vector<FileStretch>& stretches,
                     const std::string& dataset, std::size_t first_row, std::size_t count,
                     std::size_t page_rows, std::size_t memory_bytes)
    : RowStore(shape.where, shape.type, shape.trailing, count),
      first_row_(first_row),
      page_rows_(page_rows),
      first_page_(first_row / page_rows) {
  assert(page_rows > 0);
  const std::size_t pages = count == 0 ? 0 : page_of(count - 1) + 1;
  const std::size_t page_bytes = std::min(page_rows, count) * row_bytes();
  const std::size_t held =
      std::clamp(memory_bytes / std::max<std::size_t>(1, page_bytes), fewest_pages, most_pages);
  auto file = std::make_shared<FileRows>(stretches, dataset);
  const bool in_background = file->for_any_thread();
  pages_ = std::make_unique<Pages>(
      pages, page_bytes, held, in_background,
      [this, file = std::move(file)](std::size_t page, std::span<std::byte> out) {
        const std::size_t first = page_start(page);
        const std::size_t rows = page_start(page + 1) - first;
        const auto bytes = out.first(rows * row_bytes());
        file->read(first_row_ + first, rows, bytes);
        require_finite(*this, first_row_ + first, bytes);
        return bytes.size();
      });
}

PagedRows::~PagedRows() = default;

std::size_t PagedRows::held_pages() const { return pages_->held(); }

std::size_t PagedRows::size_bytes() const { return pages_->bytes(); }

/// The first local row of a local page; all local rows before the page that follows the last.
std::size_t PagedRows::page_start(std::size_t page) const {
  const std::size_t in_dataset = (first_page_ + page) * page_rows_;
  return std::min(count(), std::max(in_dataset, first_row_) - first_row_);
}

/// The bytes of a row, valid until another row is asked for.
const std::byte* PagedRows::row_at(std::size_t local) const {
  assert(local < count());
  const std::size_t page = page_of(local);
  if (page != last_page_) {
    // Page after page is how rows are read in their order, and no other order does so for long.
    if (page == last_page_ + 1) {
      want_after(page);
    }
    last_page_ = page;
  }
  return pages_->use(page).data() + (local - page_start(page)) * row_bytes();
}

/// Announces the pages that follow.
void PagedRows::want_after(std::size_t page) const {
  for (std::size_t k = page + 1; k <= page + pages_ahead && k < pages_->count(); ++k) {
    pages_->announce(k, 0);
  }
}

bool PagedRows::prefetch(std::span<const std::size_t> local_rows) const {
  bool room = !local_rows.empty();
  // Rows of a page mostly come one after another.
  for (std::size_t i = 0; i < local_rows.size();) {
    const std::size_t page = page_of(local_rows[i]);
    std::size_t end = i + 1;
    while (end < local_rows.size() && page_of(local_rows[end]) == page) {
      ++end;
    }
    room = pages_->announce(page, end - i) && room;
    i = end;
  }
  return room;
}

void PagedRows::copy(std::span<const std::size_t> local_rows, std::span<std::byte> out) const {
  assert(out.size() == local_rows.size() * row_bytes());
  std::byte* to = out.data();
  for (const std::size_t row : local_rows) {
    to = std::copy_n(row_at(row), row_bytes(), to);
  }
}

void PagedRows::scan(const std::function<void(const Run&)>& use) const {
  for (std::size_t page = 0; page < pages_->count(); ++page) {
    want_after(page);
    const std::size_t first = page_start(page);
    use({first, page_start(page + 1) - first, pages_->use(page)});
  }
}

std::shared_ptr<const RowStore> PagedRows::select_columns(
    std::span<const std::size_t> /*columns*/) const {
  throw DataError(
      fmt::format("{} is read page by page, and its columns are split into views in memory; give "
                  "`data_mode` memory, or store the views as two data sets, for `x` and `y`",
                  where()));
}

/// Row i of `out` becomes local row local_row(i).
template <class RowAt>
void PagedRows::convert_each(const Normalization& normalization, const ConvertedRows& out,
                             const RowAt& local_row) const {
  std::visit(
      [&](const auto& to) {
        assert(to.columns() == features());
        assert(features() % normalization.columns() == 0);
        hdf5::with_element_type(type(), [&]<class From>(std::type_identity<From> /*element*/) {
          for (std::size_t i = 0; i < to.rows(); ++i) {
            normalize_row(reinterpret_cast<const From*>(row_at(local_row(i))), normalization,
                          to.row(i));
          }
        });
      },
      out);
}

void PagedRows::convert_rows(std::span<const std::size_t> local_rows,
                             const Normalization& normalization, const ConvertedRows& out) const {
  convert_each(normalization, out, [&](std::size_t i) { return local_rows[i]; });
}

void PagedRows::convert_range(std::size_t first, const Normalization& normalization,
                              const ConvertedRows& out) const {
  convert_each(normalization, out, [&](std::size_t i) { return first + i; });
}

}  // namespace infomax::data

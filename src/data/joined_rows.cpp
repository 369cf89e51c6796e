// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/joined_rows.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::data {
namespace {

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(" \t"), text.size());
  const std::size_t last = text.find_last_not_of(" \t");
  return text.substr(first, last == std::string_view::npos ? 0 : last + 1 - first);
}

[[noreturn]] void refuse_range(std::string_view entry) {
  throw UsageError(fmt::format(
      "\"{}\" is no range of columns: write NAME[FIRST:END] with FIRST below END, as in "
      "/x[0:100], whose last column is 99",
      entry));
}

/// The number, or `otherwise` where there are no digits.
std::size_t number_or(std::string_view digits, std::size_t otherwise, std::string_view entry) {
  if (digits.empty()) {
    return otherwise;
  }
  std::size_t number = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (status != std::errc{} || end != digits.data() + digits.size()) {
    refuse_range(entry);
  }
  return number;
}

/// Whether a float holds every number of the type.
bool fits_float(hdf5::ElementType type) {
  return type == hdf5::ElementType::f32 || (hdf5::is_integer(type) && hdf5::size(type) <= 2);
}

template <class From, class To>
void convert_columns(const Rows& part, std::size_t from, std::size_t count, Rows& joined,
                     std::size_t to) {
  const auto* source = reinterpret_cast<const From*>(part.bytes().data()) + from;
  auto* target = reinterpret_cast<To*>(joined.bytes().data()) + to;
  for (std::size_t i = 0; i < part.count(); ++i) {
    std::transform(source, source + count, target, [](From x) { return static_cast<To>(x); });
    source += part.features();
    target += joined.features();
  }
}

}  // namespace

bool is_list(std::string_view name) {
  return name.find(',') != std::string_view::npos || name.ends_with(']');
}

std::vector<std::string> entries_of(std::string_view list) {
  std::vector<std::string> entries;
  for (;;) {
    const std::size_t comma = std::min(list.find(','), list.size());
    entries.emplace_back(without_blanks(list.substr(0, comma)));
    if (comma == list.size()) {
      return entries;
    }
    list.remove_prefix(comma + 1);
  }
}

ColumnRange parse_range(const std::string& entry) {
  const std::size_t bracket = entry.rfind('[');
  if (!entry.ends_with(']') || bracket == std::string::npos) {
    return {entry};
  }
  const std::string_view inside =
      std::string_view(entry).substr(bracket + 1, entry.size() - bracket - 2);
  const std::size_t colon = inside.find(':');
  if (colon == std::string_view::npos) {
    refuse_range(entry);
  }
  ColumnRange range{entry.substr(0, bracket)};
  range.first = number_or(inside.substr(0, colon), range.first, entry);
  range.end = number_or(inside.substr(colon + 1), range.end, entry);
  range.whole = false;
  if (range.first >= range.end) {
    refuse_range(entry);
  }
  return range;
}

hdf5::ElementType common_type(hdf5::ElementType one, hdf5::ElementType other) {
  if (one == other) {
    return one;
  }
  return fits_float(one) && fits_float(other) ? hdf5::ElementType::f32 : hdf5::ElementType::f64;
}

void put_columns(const Rows& part, std::size_t from, std::size_t count, Rows& joined,
                 std::size_t to) {
  assert(part.count() == joined.count());
  if (part.type() == joined.type()) {
    const std::size_t element = hdf5::size(part.type());
    const std::byte* source = part.bytes().data() + from * element;
    std::byte* target = joined.bytes().data() + to * element;
    for (std::size_t i = 0; i < part.count(); ++i) {
      std::copy_n(source, count * element, target);
      source += part.row_bytes();
      target += joined.row_bytes();
    }
    return;
  }
  hdf5::with_element_type(part.type(), [&]<class From>(std::type_identity<From> /*element*/) {
    if (joined.type() == hdf5::ElementType::f32) {
      convert_columns<From, float>(part, from, count, joined, to);
    } else if (joined.type() == hdf5::ElementType::f64) {
      convert_columns<From, double>(part, from, count, joined, to);
    } else {
      throw std::logic_error("rows of unlike integers are joined as floating-point numbers");
    }
  });
}

}  // namespace infomax::data

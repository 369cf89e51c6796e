// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

#include <fmt/format.h>

#include "infomax/data/row_store.hpp"

// Finds and names numbers that are not finite.
namespace infomax::data {

/// Returns the place of the first element that is not finite, or the number of elements where all
/// are finite.
template <class T>
[[nodiscard]] std::size_t first_not_finite(std::span<const T> elements) {
  if constexpr (std::is_floating_point_v<T>) {
    // Whole stretches are tested without a branch, so that compilers vectorise it; x - x is not 0
    // for what is not finite.
    constexpr std::size_t stretch = 4096;
    for (std::size_t first = 0; first < elements.size(); first += stretch) {
      const auto tested = elements.subspan(first, std::min(stretch, elements.size() - first));
      unsigned bad = 0;
      for (const T x : tested) {
        // NOLINTNEXTLINE(misc-redundant-expression): it is not 0 for infinities and NaN
        bad |= static_cast<unsigned>(x - x != T{0});
      }
      if (bad != 0) {
        const auto found =
            std::find_if(tested.begin(), tested.end(), [](T x) { return !std::isfinite(x); });
        return first + static_cast<std::size_t>(found - tested.begin());
      }
    }
  }
  return elements.size();
}

/// Which of nan, inf and -inf a number is that is not finite, as describe_not_finite() takes it.
template <class T>
[[nodiscard]] std::uint64_t kind_of(T number) {
  return std::isnan(static_cast<double>(number)) ? 0 : number > 0 ? 1 : 2;
}

/// Says where a number lies that is not finite: `place` counts all elements of the rows' data set.
[[nodiscard]] inline std::string describe_not_finite(const RowStore& rows, std::uint64_t place,
                                                     std::uint64_t kind) {
  static constexpr std::array<const char*, 3> kinds{"nan", "inf", "-inf"};
  const std::uint64_t column = place % rows.features();
  const std::size_t width = rows.features() / rows.steps();
  const std::string where = rows.has_lengths()
                                ? fmt::format("step {}, column {}", column / width, column % width)
                                : fmt::format("column {}", column);
  return fmt::format("{} has {} at row {}, {} (counting from 0); remove or replace it",
                     rows.where(), kinds.at(kind), place / rows.features(), where);
}

}  // namespace infomax::data

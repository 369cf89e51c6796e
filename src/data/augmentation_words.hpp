// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::data {

/// A number in [low, high] after the colon of a word "name:number" of `text`. Throws UsageError.
inline double amount_of_word(std::string_view text, std::string_view word, double low,
                             double high) {
  const std::size_t colon = word.find(':');
  const std::string_view digits =
      colon == std::string_view::npos ? std::string_view{} : word.substr(colon + 1);
  double number = 0.0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (status != std::errc{} || end != digits.data() + digits.size() ||
      !(number >= low && number <= high)) {
    throw UsageError(fmt::format("`augment` \"{}\": {} needs a number from {} to {}, as in {}:{}",
                                 text, word.substr(0, colon), low, high, word.substr(0, colon),
                                 high > 1.0 ? 2.0 : 0.1));
  }
  return number;
}

}  // namespace infomax::data

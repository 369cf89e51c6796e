// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "infomax/core/field_text.hpp"

namespace infomax {

/// A list is written with commas between its items: "0.9,0.7,0.5". None of them may be empty, so a
/// list without items has no text that parse() takes.
template <class T>
struct FieldText<std::vector<T>> {
  /// @{ As FieldText describes it.
  static std::optional<std::vector<T>> parse(std::string_view text) {
    std::vector<T> items;
    for (;;) {
      const std::size_t comma = text.find(',');
      const std::string_view one = text.substr(0, comma);
      auto item = one.empty() ? std::nullopt : FieldText<T>::parse(one);
      if (!item) {
        return std::nullopt;
      }
      items.push_back(*std::move(item));
      if (comma == std::string_view::npos) {
        return items;
      }
      text.remove_prefix(comma + 1);
    }
  }
  static std::string format(const std::vector<T>& items) {
    std::string text;
    for (const T& item : items) {
      if (!text.empty()) {
        text += ',';
      }
      text += FieldText<T>::format(item);
    }
    return text;
  }
  static std::string expected() {
    return "a list with commas between its items, each of which must be " +
           FieldText<T>::expected();
  }
  /// @}
};

}  // namespace infomax

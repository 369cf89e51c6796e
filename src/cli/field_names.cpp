// SPDX-License-Identifier: BSD-3-Clause
#include "cli/field_names.hpp"

#include <algorithm>
#include <iterator>

namespace infomax::cli {
namespace {

bool is_field_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && std::ranges::all_of(text, allowed);
}

}  // namespace

std::string fields_as_options(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (true) {
    const std::size_t open = text.find('`');
    const std::size_t close =
        open == std::string_view::npos ? std::string_view::npos : text.find('`', open + 1);
    if (close == std::string_view::npos) {
      return result.append(text);
    }
    const std::string_view quoted = text.substr(open + 1, close - open - 1);
    if (is_field_name(quoted)) {
      result.append(text.substr(0, open)).append("--");
      std::ranges::replace_copy(quoted, std::back_inserter(result), '_', '-');
      text.remove_prefix(close + 1);
    } else {
      // The second backtick may open a field's name.
      result.append(text.substr(0, close));
      text.remove_prefix(close);
    }
  }
}

}  // namespace infomax::cli

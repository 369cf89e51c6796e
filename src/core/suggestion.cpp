// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/suggestion.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "infomax/core/field_text.hpp"

namespace infomax {
namespace {

std::string comparable(std::string_view name) {
  std::string text(name);
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c == '_' ? '-' : small_letter(c); });
  return text;
}

/// The number of letters left out, added, changed or swapped with their neighbour, no letter twice
/// (the optimal string alignment distance).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> least(a.size() + 1,
                                              std::vector<std::size_t>(b.size() + 1, 0));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        least[i][j] = i + j;
        continue;
      }
      const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
      least[i][j] =
          std::min({least[i - 1][j] + 1, least[i][j - 1] + 1, least[i - 1][j - 1] + changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        least[i][j] = std::min(least[i][j], least[i - 2][j - 2] + 1);
      }
    }
  }
  return least[a.size()][b.size()];
}

/// How unlike two names are, in letters; nothing where they are too unlike for a typing error.
std::optional<std::size_t> unlikeness(std::string_view given, std::string_view name) {
  const std::size_t most = std::max<std::size_t>(1, std::max(given.size(), name.size()) / 3);
  const std::size_t found = distance(given, name);
  if (found <= most && found < std::min(given.size(), name.size())) {
    return found;
  }
  const bool is_beginning = given.size() >= 3 && name.starts_with(given);
  const bool has_more = given.size() > name.size() && given[name.size()] == '-' &&
                        name.size() >= 3 && given.starts_with(name);
  return is_beginning || has_more ? std::optional(found) : std::nullopt;
}

}  // namespace

std::string_view closest_name(std::string_view given, const std::vector<std::string_view>& names) {
  const std::string wanted = comparable(given);
  std::string_view closest;
  std::optional<std::size_t> least;
  for (const std::string_view name : names) {
    const auto found = unlikeness(wanted, comparable(name));
    if (found && (!least || *found < *least)) {
      least = found;
      closest = name;
    }
  }
  return closest;
}

std::string did_you_mean(std::string_view given, const std::vector<std::string_view>& names) {
  const std::string_view closest = closest_name(given, names);
  return closest.empty() ? "" : "; did you mean " + std::string(closest) + "?";
}

std::vector<std::string_view> listed_names(std::string_view list) {
  constexpr std::string_view last_one = " or ";
  std::vector<std::string_view> names;
  const std::size_t last = list.rfind(last_one);
  if (last == std::string_view::npos) {
    return names;
  }
  std::string_view rest = list.substr(0, last);
  for (;;) {
    const std::size_t comma = rest.find(", ");
    names.push_back(rest.substr(0, comma));
    if (comma == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(comma + 2);
  }
  names.push_back(list.substr(last + last_one.size()));
  const auto is_name = [](std::string_view name) {
    return !name.empty() && name.find(' ') == std::string_view::npos;
  };
  return std::ranges::all_of(names, is_name) ? names : std::vector<std::string_view>{};
}

}  // namespace infomax

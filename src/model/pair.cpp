// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/pair.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::model {

namespace {

constexpr std::array<std::pair<const char*, Pair>, 5> names{{
    {"input", Pair::input},
    {"target", Pair::target},
    {"views", Pair::views},
    {"augment", Pair::augment},
    {"lag", Pair::lag},
}};

}  // namespace

Pair parse_pair(const std::string& name) {
  for (const auto& [known, pair] : names) {
    if (name == known) {
      return pair;
    }
  }
  throw UsageError(
      fmt::format("`pair` is \"{}\"; it must be input, target, views, augment or lag", name));
}

std::string name_of(Pair pair) {
  for (const auto& [known, named] : names) {
    if (named == pair) {
      return known;
    }
  }
  throw std::logic_error("unknown pair");
}

bool reads_y(Pair pair) { return pair == Pair::target || pair == Pair::views; }

}  // namespace infomax::model

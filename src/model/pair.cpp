// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/pair.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::model {
namespace {

constexpr SideMeaning data_x{DataSet::x, false};
constexpr SideMeaning data_y{DataSet::y, false};
constexpr SideMeaning encoded_x{DataSet::x, true};
constexpr SideMeaning encoded_y{DataSet::y, true};

constexpr std::array<std::string_view, 4> fields_of_views{"split_columns", "split_image",
                                                          "encoder_b", "share"};
constexpr std::array<std::string_view, 2> fields_of_augment{"augment", "image"};
constexpr std::array<std::string_view, 1> fields_of_lag{"lag"};

/// In the order of Pair.
constexpr std::array meanings{
    PairMeaning{"input", data_x, encoded_x, false, false, {}},
    PairMeaning{"target", data_y, encoded_x, false, false, {}},
    PairMeaning{"views", encoded_x, encoded_y, false, false, fields_of_views},
    PairMeaning{"augment", encoded_x, encoded_x, true, false, fields_of_augment},
    PairMeaning{"lag", encoded_x, encoded_x, false, true, fields_of_lag},
};
static_assert(meanings.size() == static_cast<std::size_t>(Pair::lag) + 1);

}  // namespace

const PairMeaning& meaning_of(Pair pair) { return meanings.at(static_cast<std::size_t>(pair)); }

const PairMeaning& pair_of_field(std::string_view field) {
  const auto found = std::ranges::find_if(meanings, [&](const PairMeaning& meaning) {
    return std::ranges::find(meaning.fields, field) != meaning.fields.end();
  });
  if (found == meanings.end()) {
    throw std::logic_error(fmt::format("the field {} is for any pair", field));
  }
  return *found;
}

Pair parse_pair(const std::string& name) {
  const auto found =
      std::ranges::find(meanings, std::string_view(name),
                        [](const PairMeaning& meaning) { return std::string_view(meaning.name); });
  if (found == meanings.end()) {
    throw UsageError(
        fmt::format("`pair` is \"{}\"; it must be input, target, views, augment or lag", name));
  }
  return static_cast<Pair>(found - meanings.begin());
}

std::string name_of(Pair pair) { return meaning_of(pair).name; }

}  // namespace infomax::model

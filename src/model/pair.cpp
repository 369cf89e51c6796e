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
constexpr std::array<std::string_view, 2> fields_of_lag{"lag", "validation_blocks"};
constexpr std::array<std::string_view, 2> fields_of_multi{"views", "linear_ridge"};

/// In the order of Pair.
constexpr std::array meanings{
    PairMeaning{"input", data_x, encoded_x, false, false, {}},
    PairMeaning{"target", data_y, encoded_x, false, false, {}},
    PairMeaning{"views", encoded_x, encoded_y, false, false, fields_of_views},
    PairMeaning{"augment", encoded_x, encoded_x, true, false, fields_of_augment},
    PairMeaning{"lag", encoded_x, encoded_x, false, true, fields_of_lag},
    PairMeaning{"predict", data_x, encoded_x, false, false, {}},
    PairMeaning{"multi", data_x, encoded_x, false, false, fields_of_multi, true},
};
static_assert(meanings.size() == static_cast<std::size_t>(Pair::multi) + 1);

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

Pair parse_pair(const std::string& name) { return parse_field<Pair>("`pair`", name); }

std::string name_of(Pair pair) { return meaning_of(pair).name; }

}  // namespace infomax::model

namespace infomax {

std::optional<model::Pair> FieldText<model::Pair>::parse(std::string_view text) {
  for (std::size_t i = 0; i < model::meanings.size(); ++i) {
    if (same_name(model::meanings.at(i).name, text)) {
      return static_cast<model::Pair>(i);
    }
  }
  return std::nullopt;
}

std::string FieldText<model::Pair>::format(const model::Pair& pair) { return model::name_of(pair); }

std::string FieldText<model::Pair>::expected() {
  std::string text;
  for (std::size_t i = 0; i < model::meanings.size(); ++i) {
    text += i == 0 ? "" : i + 1 == model::meanings.size() ? " or " : ", ";
    text += model::meanings.at(i).name;
  }
  return text;
}

}  // namespace infomax

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/input.hpp"

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::model {

void require_features(const nn::Shape& input, const data::RowStore& rows) {
  if (rows.features() != input.size()) {
    throw DataError(
        fmt::format("{} has rows of {} features, but the model was trained on {}; give "
                    "data of the same kind, or another `x` or `y`",
                    rows.where(), rows.features(), input.size()));
  }
}

SideInput input_of_side(const PairSettings& settings, bool has_encoder_a, const std::string& side) {
  if (settings.meaning().joins_views) {
    return {Role::encoder_b, side.empty() ? settings.x_path : side, "", "", true};
  }
  const bool views = settings.meaning().has_two_views();
  const std::string name = side.empty() ? (views ? "a" : "b") : side;
  if (name != "b" && !(views && name == "a")) {
    throw UsageError(
        fmt::format("`network` is \"{}\"; {}", name,
                    views ? "it must be a (of the first view) or b (of the second)"
                          : fmt::format("a model of the pair {} has one network, which is b",
                                        name_of(settings.pair))));
  }
  const bool is_first = !views || name == "a";
  const bool second_data_set = !is_first && settings.split.empty();
  return {has_encoder_a && is_first ? Role::encoder_a : Role::encoder_b,
          second_data_set ? settings.y_path : settings.x_path, views ? settings.split : "",
          settings.image, is_first};
}

std::shared_ptr<const data::RowStore> columns_of_side(const SideInput& side,
                                                      const data::RowStore& rows) {
  if (side.split.empty()) {
    return nullptr;
  }
  const auto split = data::parse_split(side.split, side.image, rows);
  return rows.select_columns(side.is_first ? split.first : split.second);
}

}  // namespace infomax::model

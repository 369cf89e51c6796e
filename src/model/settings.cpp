// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/settings.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/json.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/field_text.hpp"

namespace infomax::model {
namespace {

const std::string& required(const Settings& settings, const std::string& name) {
  const auto found = settings.find(name);
  if (found == settings.end()) {
    throw DataError(fmt::format("the model lacks its setting \"{}\"; train it anew", name));
  }
  return found->second;
}

/// Of a setting that models did not always have.
std::string optional(const Settings& settings, const std::string& name) {
  const auto found = settings.find(name);
  return found == settings.end() ? std::string{} : found->second;
}

std::size_t required_number(const Settings& settings, const std::string& name) {
  const std::string& digits = required(settings, name);
  std::size_t number = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (status != std::errc{} || end != digits.data() + digits.size()) {
    throw DataError(fmt::format(R"(the model's setting "{}" is "{}", not a number)", name, digits));
  }
  return number;
}

/// What to_settings() made of names.
std::vector<std::string> names_of(const std::string& text) {
  if (text.empty()) {
    return {};
  }
  const Json parsed = json_or_null(text);
  if (!parsed.is_array() || !std::ranges::all_of(parsed, &Json::is_string)) {
    throw DataError("the model's setting \"class_names\" is not a list of names; train it anew");
  }
  return parsed.get<std::vector<std::string>>();
}

}  // namespace

void PairSettings::to_settings(Settings& settings) const {
  settings["pair"] = name_of(pair);
  settings["x"] = x_path;
  settings["y"] = y_path;
  settings["classes"] = std::to_string(classes);
  settings["split"] = split;
  settings["augment"] = augment;
  settings["image"] = image;
  settings["lag"] = std::to_string(lag);
  settings["lengths"] = lengths_path;
  if (padding_value) {
    settings["padding_value"] = FieldText<double>::format(*padding_value);
  }
  if (!projector.empty()) {
    settings["projector"] = projector;
  }
  if (!view_shapes.empty()) {
    settings["view_shapes"] = view_shapes;
  }
  if (local_layer) {
    settings["local-layer"] = std::to_string(*local_layer);
  }
  if (!class_names.empty()) {
    settings["class_names"] = json_text(Json(class_names));
  }
}

PairSettings PairSettings::from_settings(const Settings& settings) {
  PairSettings result;
  const std::string& pair = required(settings, "pair");
  if (!FieldText<Pair>::parse(pair)) {
    throw DataError(fmt::format(R"(the model's setting "pair" is "{}"; it must be {})", pair,
                                FieldText<Pair>::expected()));
  }
  result.pair = parse_pair(pair);
  result.x_path = required(settings, "x");
  result.y_path = required(settings, "y");
  result.classes = required_number(settings, "classes");
  result.split = required(settings, "split");
  result.augment = optional(settings, "augment");
  result.image = optional(settings, "image");
  result.lag = required_number(settings, "lag");
  result.lengths_path = required(settings, "lengths");
  if (const std::string padding = optional(settings, "padding_value"); !padding.empty()) {
    result.padding_value = FieldText<double>::parse(padding);
    if (!result.padding_value) {
      throw DataError(
          fmt::format(R"(the model's setting "padding_value" is "{}", not a number)", padding));
    }
  }
  result.projector = optional(settings, "projector");
  result.view_shapes = optional(settings, "view_shapes");
  if (!optional(settings, "local-layer").empty()) {
    result.local_layer = required_number(settings, "local-layer");
  }
  result.class_names = names_of(optional(settings, "class_names"));
  return result;
}

}  // namespace infomax::model

#include "infomax/model/settings.hpp"

#include <charconv>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::model {
namespace {

const std::string& required(const Settings& settings, const std::string& name) {
  const auto found = settings.find(name);
  if (found == settings.end()) {
    throw DataError(fmt::format("the model lacks its setting \"{}\"; train it anew", name));
  }
  return found->second;
}

}  // namespace

void PairSettings::to_settings(Settings& settings) const {
  settings["pair"] = name_of(pair);
  settings["x"] = x_path;
  settings["y"] = y_path;
  settings["classes"] = std::to_string(classes);
}

PairSettings PairSettings::from_settings(const Settings& settings) {
  PairSettings result;
  result.pair = parse_pair(required(settings, "pair"));
  result.x_path = required(settings, "x");
  result.y_path = required(settings, "y");
  const std::string& digits = required(settings, "classes");
  const auto [end, status] =
      std::from_chars(digits.data(), digits.data() + digits.size(), result.classes);
  if (status != std::errc{} || end != digits.data() + digits.size()) {
    throw DataError(fmt::format("the model's setting \"classes\" is \"{}\", not a number", digits));
  }
  return result;
}

}  // namespace infomax::model

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/options.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/suggestion.hpp"
#include "objective/description.hpp"

namespace infomax::objective {
namespace {

const Field<ObjectiveOptions>& field_named(std::string_view name) {
  const auto& all = fields().fields();
  const auto found = std::ranges::find(all, name, &Field<ObjectiveOptions>::name);
  if (found == all.end()) {
    std::vector<std::string_view> names(all.size());
    std::ranges::transform(all, names.begin(), &Field<ObjectiveOptions>::name);
    throw UsageError(
        fmt::format("no objective has an option \"{}\"{}", name, did_you_mean(name, names)));
  }
  return *found;
}

}  // namespace

std::string ObjectiveName::in_small_letters(std::string_view name) {
  std::string small(name);
  std::ranges::transform(small, small.begin(), small_letter);
  return small;
}

ObjectiveOptions& ObjectiveOptions::set(std::string_view field, std::string_view text) {
  field_named(field).set(*this, text);
  return *this;
}

std::optional<std::string> ObjectiveOptions::text(std::string_view field) const {
  return field_named(field).text(*this);
}

bool operator==(const ObjectiveOptions& x, const ObjectiveOptions& y) {
  return to_settings(x) == to_settings(y);
}

void validate(const ObjectiveOptions& options) {
  fields().check(options);
  const Description& description = description_of(options);
  if (description.check) {
    description.check(options);
  }
}

std::map<std::string, std::string> to_settings(const ObjectiveOptions& options) {
  std::map<std::string, std::string> settings;
  for (const auto& field : fields().fields()) {
    if (auto text = field.text(options)) {
      settings.emplace(field.name, *std::move(text));
    }
  }
  for (const Description& description : descriptions()) {
    if (description.settle) {
      description.settle(settings);
    }
  }
  return settings;
}

ObjectiveOptions from_settings(const std::map<std::string, std::string>& settings) {
  ObjectiveOptions options;
  for (const auto& field : fields().fields()) {
    if (const auto found = settings.find(field.name); found != settings.end()) {
      field.set(options, found->second);
    }
  }
  validate(options);
  return options;
}

}  // namespace infomax::objective

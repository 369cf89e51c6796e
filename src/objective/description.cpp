// SPDX-License-Identifier: BSD-3-Clause
#include "objective/description.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/core/error.hpp"
#include "objective/list.hpp"

namespace infomax::objective {
namespace {

constexpr const char* objective_field = "objective";

bool is_objective(std::string_view name) {
  const auto names = objective_names();
  return std::ranges::find(names, name) != names.end();
}

bool has_field(const OptionGroup& group, std::string_view field) {
  return std::ranges::find(group.fields.fields(), field, &Field<ObjectiveOptions>::name) !=
         group.fields.fields().end();
}

/// Groups that several objectives read appear once.
FieldTable<ObjectiveOptions> make_fields() {
  std::string help =
      "what is maximised, over the whole global batch; s_i are canonical correlations:";
  for (const Description& description : descriptions()) {
    help += fmt::format("\n{}  {}", description.name, description.help);
  }
  FieldTable<ObjectiveOptions> table;
  table.group("Objective")
      .add(objective_field, &ObjectiveOptions::objective, "NAME", help,
           {is_objective, FieldText<ObjectiveName>::expected()});
  std::map<std::string, std::type_index> known;
  for (const Description& description : descriptions()) {
    for (const OptionGroup& group : description.options) {
      const auto& fields = group.fields.fields();
      if (!fields.empty() && known.contains(fields.front().name)) {
        if (known.at(fields.front().name) != group.type) {
          throw std::logic_error("two structs of options have a field " + fields.front().name);
        }
        continue;
      }
      for (const auto& field : fields) {
        if (!known.emplace(field.name, group.type).second) {
          throw std::logic_error("two structs of options have a field " + field.name);
        }
      }
      table.include_by(
          [](auto& options) -> auto& { return options; }, group.fields);
    }
  }
  return table;
}

}  // namespace

std::span<const Description> descriptions() {
  static const std::vector<Description> all = [] {
    std::vector<Description> made;
    made.reserve(all_descriptions.size());
    for (const auto& describe : all_descriptions) {
      made.push_back(describe());
    }
    return made;
  }();
  return all;
}

const Description& description_of(const ObjectiveOptions& options) {
  const auto all = descriptions();
  const auto found = std::ranges::find(all, options.objective, &Description::name);
  if (found == all.end()) {
    fields().at(objective_field).check(options);
    throw std::logic_error("an objective without a description");
  }
  return *found;
}

std::span<const std::string_view> objective_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> made;
    for (const Description& description : descriptions()) {
      made.emplace_back(description.name);
    }
    return made;
  }();
  return names;
}

const FieldTable<ObjectiveOptions>& fields() {
  static const FieldTable<ObjectiveOptions> table = make_fields();
  return table;
}

std::vector<std::string> fields_of(const ObjectiveOptions& options) {
  std::vector<std::string> names{objective_field};
  for (const OptionGroup& group : description_of(options).options) {
    if (!group.applies || group.applies(options)) {
      for (const auto& field : group.fields.fields()) {
        names.push_back(field.name);
      }
    }
  }
  return names;
}

std::vector<std::string> objectives_with(std::string_view field) {
  std::vector<std::string> found;
  for (const Description& description : descriptions()) {
    if (field == objective_field) {
      found.push_back(description.name);
    }
    for (const OptionGroup& group : description.options) {
      if (has_field(group, field)) {
        found.push_back(description.name + group.where);
      }
    }
  }
  return found;
}

}  // namespace infomax::objective

namespace infomax {

using objective::ObjectiveName;

std::optional<ObjectiveName> FieldText<ObjectiveName>::parse(std::string_view text) {
  ObjectiveName name(text);
  return objective::is_objective(name) ? std::optional(std::move(name)) : std::nullopt;
}

/// "a, b or c".
std::string FieldText<ObjectiveName>::expected() {
  const auto names = objective::objective_names();
  return fmt::format("{} or {}", fmt::join(names.first(names.size() - 1), ", "), names.back());
}

}  // namespace infomax

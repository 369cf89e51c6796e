// SPDX-License-Identifier: BSD-3-Clause
#include "cli/objective_options.hpp"

#include <fmt/format.h>

#include "cli/field_names.hpp"
#include "infomax/core/logging.hpp"

namespace infomax::cli {

void add_objective_options(OptionTable& options) {
  auto add = options.group("Objective");
  for (const auto& field : objective::fields().fields()) {
    auto* value = po::value<std::string>()->value_name(field.value_name);
    if (const auto standard = field.text({})) {
      value->default_value(*standard);
    }
    add(field.name.c_str(), value, fields_as_options(field.help).c_str());
  }
}

objective::ObjectiveOptions objective_options(const OptionTable& options) {
  objective::ObjectiveOptions result;
  for (const auto& field : objective::fields().fields()) {
    if (options.given(field.name)) {
      field.set(result, options.value<std::string>(field.name));
    }
  }
  objective::validate(result);
  const auto weight = [&](const char* name) {
    return FieldText<double>::parse(objective::to_settings(result).at(name)).value_or(0.0);
  };
  if (result.objective != "infomax" && (weight("lambda-a") != 0.0 || weight("lambda-b") != 0.0)) {
    log::warning(
        fmt::format("--lambda weighs the entropies of --objective infomax; {} has none in "
                    "it, so they are reported only",
                    result.objective));
  }
  return result;
}

}  // namespace infomax::cli

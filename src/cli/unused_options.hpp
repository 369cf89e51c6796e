// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "cli/option_table.hpp"

namespace infomax::cli {

/// A given option whose value changes nothing, or must not be given.
struct Misfit {
  FieldFacts field;
  std::string choice;  ///< of the field's chooser, or refuser
};

/// Warns of the options that a choice ignores, in one line for each chooser.
void warn_of_ignored(const std::vector<Misfit>& ignored);

/// Throws UsageError for the first option that the user typed; those that a configuration file
/// brings along are ignored, with one warning.
void refuse_combined(const OptionTable& options, const std::vector<Misfit>& refused);

/// Warns of typed options that the chosen objective, optimiser or schedule ignores. Throws
/// UsageError where one must not be combined with a choice, as its user expects something of it.
template <class Config>
void check_unused_options(const OptionTable& options, const FieldTable<Config>& table,
                          const Config& config) {
  const auto choice_of = [&](const std::string& name) {
    return table.at(name).text(config).value_or("");
  };
  std::vector<Misfit> ignored;
  std::vector<Misfit> refused;
  for (const Field<Config>& field : table.fields()) {
    if (options.typed(field.name) && !field.used(config)) {
      ignored.push_back({static_cast<const FieldFacts&>(field), choice_of(field.chooser)});
    }
    if (!field.refuser.empty() && options.changed(field.name) &&
        choice_of(field.refuser) == field.refusing) {
      refused.push_back({static_cast<const FieldFacts&>(field), field.refusing});
    }
  }
  warn_of_ignored(ignored);
  refuse_combined(options, refused);
}

}  // namespace infomax::cli

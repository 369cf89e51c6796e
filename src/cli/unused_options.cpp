// SPDX-License-Identifier: BSD-3-Clause
#include "cli/unused_options.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/core/logging.hpp"

namespace infomax::cli {

void warn_of_ignored(const std::vector<Misfit>& ignored) {
  std::vector<std::string> choosers;
  for (const Misfit& misfit : ignored) {
    if (std::ranges::find(choosers, misfit.field.chooser) == choosers.end()) {
      choosers.push_back(misfit.field.chooser);
    }
  }
  for (const std::string& chooser : choosers) {
    std::vector<std::string> names;
    std::string choice;
    for (const Misfit& misfit : ignored) {
      if (misfit.field.chooser == chooser) {
        names.push_back(
            fmt::format("{} (it is for {})", misfit.field.quoted(), misfit.field.users));
        choice = misfit.choice;
      }
    }
    log::warning(fmt::format("`{}` {} ignores {}", chooser, choice, fmt::join(names, ", ")));
  }
}

void refuse_combined(const OptionTable& options, const std::vector<Misfit>& refused) {
  std::vector<std::string> brought;
  for (const auto& [field, choice] : refused) {
    if (options.typed(field.name)) {
      throw UsageError(
          fmt::format("`{}` {} {} and takes no {}; leave it out, or choose another `{}`",
                      field.refuser, choice, field.refusal_reason, field.quoted(), field.refuser));
    }
    brought.push_back(field.name);
  }
  if (!brought.empty()) {
    const FieldFacts& field = refused.front().field;
    log::warning(fmt::format("`{}` {} {} and ignores these settings of {}: {}", field.refuser,
                             refused.front().choice, field.refusal_reason, options.config_file(),
                             fmt::join(brought, ", ")));
  }
}

}  // namespace infomax::cli

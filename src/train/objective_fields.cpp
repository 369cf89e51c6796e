// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/train/config/objective.hpp"

namespace infomax::train {

FieldTable<ObjectiveConfig> objective_fields() {
  FieldTable<ObjectiveConfig> table;
  table.include(&ObjectiveConfig::objective, objective::fields());
  const std::size_t all = objective::objective_names().size();
  for (const auto& field : objective::fields().fields()) {
    const auto users = objective::objectives_with(field.name);
    // The weights of entropies have a warning of their own: other objectives report entropies too.
    if (users.size() == all || field.name.starts_with("lambda")) {
      continue;
    }
    table.amend(field.name, [&](Field<ObjectiveConfig>& row) {
      row.use_where("objective", fmt::format("{}", fmt::join(users, ", ")),
                    [name = field.name](const ObjectiveConfig& config) {
                      const auto read = objective::fields_of(config.objective);
                      return std::ranges::find(read, name) != read.end();
                    });
    });
  }
  return table;
}

}  // namespace infomax::train

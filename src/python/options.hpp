// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <map>
#include <string>

#include <pybind11/pybind11.h>

#include "infomax/core/field.hpp"

namespace infomax::python {

/// Values of a configuration as texts, by the names that its table has.
using Texts = std::map<std::string, std::string>;

/// Sets the fields that have a text, in the order of the table. Throws UsageError where a text is
/// invalid.
template <class Config>
void set(const FieldTable<Config>& table, const Texts& texts, Config& config) {
  for (const auto& field : table.fields()) {
    const auto given = texts.find(field.name);
    if (given != texts.end()) {
      field.set(config, given->second);
    }
  }
}

/// What a table says of one of its fields, and its default where it has one.
[[nodiscard]] pybind11::dict describe(const FieldFacts& facts,
                                      const std::optional<std::string>& text);

/// What a table says of all of its fields, in its order.
template <class Config>
[[nodiscard]] pybind11::list describe(const FieldTable<Config>& table) {
  pybind11::list all;
  const Config defaults{};
  for (const auto& field : table.fields()) {
    all.append(describe(field, field.text(defaults)));
  }
  return all;
}

}  // namespace infomax::python

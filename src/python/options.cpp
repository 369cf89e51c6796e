// SPDX-License-Identifier: BSD-3-Clause
#include "python/options.hpp"

#include <algorithm>

namespace infomax::python {

pybind11::dict describe(const FieldFacts& facts, const std::optional<std::string>& text) {
  std::string keyword = facts.name;
  std::ranges::replace(keyword, '-', '_');
  pybind11::dict all;
  all["name"] = keyword;
  all["field"] = facts.name;
  all["group"] = facts.group;
  all["help"] = facts.help;
  all["expected"] = facts.expected;
  all["default"] = text ? pybind11::object(pybind11::str(*text)) : pybind11::none();
  all["decided_by_data"] = facts.decided_by_data;
  all["of_invocation"] = facts.of_invocation;
  all["used_by"] = facts.users;
  return all;
}

}  // namespace infomax::python

// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/role.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::model {
namespace {

constexpr std::array names{"a", "b", "critic", "target"};

}  // namespace

const char* name_of(Role role) { return names.at(static_cast<std::size_t>(role)); }

Role parse_role(const std::string& name) {
  const auto found = std::ranges::find(names, std::string_view(name));
  if (found == names.end()) {
    throw DataError(fmt::format(
        "the model has a network named \"{}\"; networks are named a or b, train it anew", name));
  }
  return static_cast<Role>(found - names.begin());
}

}  // namespace infomax::model

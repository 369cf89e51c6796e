// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace infomax {

/// The name that a user who wrote `given` probably meant; empty where none of the names is like it.
/// A name is like it if one is the beginning of the other, at a hyphen where `given` is the longer
/// one, or if a few letters were left out, added, changed or swapped with their neighbour: one, or
/// a third of the longer one's. The case of letters does not matter, and an underscore is a hyphen.
[[nodiscard]] std::string_view closest_name(std::string_view given,
                                            const std::vector<std::string_view>& names);

/// "; did you mean NAME?", to be appended to a message, or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view given,
                                       const std::vector<std::string_view>& names);

/// The names in a list as messages have it, "a, b or c"; none where it is no such list.
[[nodiscard]] std::vector<std::string_view> listed_names(std::string_view list);

}  // namespace infomax

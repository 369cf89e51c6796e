// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>

namespace infomax::model {

/// The purpose of a trainable member of a model. The value also selects the random numbers of the
/// initialisation, so values must not change. Code refers to members by their role; "a" and "b" are
/// names in files, options and messages only.
enum class Role : std::uint8_t {
  encoder_a,  ///< encodes side a, where that side has an encoder of its own
  encoder_b,  ///< encodes side b, and side a too where both sides share it
  critic,     ///< compares the sides with parameters of its own
  target,     ///< a moving average of encoder_b, which has no gradient
};

/// The name of a member in files and messages: "a", "b", "critic", "target".
[[nodiscard]] const char* name_of(Role role);

/// Throws DataError if no role has this name, because the file is then not a model of Infomax.
[[nodiscard]] Role parse_role(const std::string& name);

}  // namespace infomax::model
